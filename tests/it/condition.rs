//! Relations with a constant condition, on either side, as SeaORM declares them.

use rstest_reuse::apply;
use sea_orm::{
    entity::prelude::*,
    sea_query::{Condition, DynIden, ExprTrait, IntoCondition},
};
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, connection, run_sql},
};

fn open_and_cheap(shop: DynIden, offer: DynIden) -> Condition {
    let open = Expr::col((shop, shop::Column::IsOpen)).eq(true);
    let cheap = Expr::col((offer, offer::Column::Price)).lt(10);
    open.and(cheap).into_condition()
}

mod shop {
    use sea_orm::entity::prelude::*;

    #[sea_orm::compact_model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "shop")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub is_open: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Specials,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            Entity::has_many_via(super::offer::Entity, super::offer::Relation::Shop)
                .on_condition(super::open_and_cheap)
                .into()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod offer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::compact_model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "offer")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub shop_id: i32,
        pub price: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Shop,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            Entity::belongs_to(super::shop::Entity)
                .from(Column::ShopId)
                .to(super::shop::Column::Id)
                .on_condition(|offer, shop| super::open_and_cheap(shop, offer))
                .into()
        }
    }

    impl Related<super::shop::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Shop.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[apply(backends)]
#[tokio::test]
async fn a_condition_on_either_side_is_honoured_wherever_the_link_is_used(#[case] backend: Backend) {
    let Some(connection) = connection(backend, "condition").await else { return };
    let setup = "
        create table shop (id integer primary key, is_open boolean not null);
        create table offer (id integer primary key, shop_id integer not null, price integer not null);
        insert into shop values (1, true), (2, false);
        insert into offer values (1, 1, 5), (2, 1, 50), (3, 2, 5), (4, 1, 7);";
    run_sql(&connection, setup).await;
    let builder = relata::Gateway::builder(connection.clone()).entity(shop::Entity).entity(offer::Entity);
    let server = Server::start(builder.build().await.unwrap(), connection).await;

    let query = "{ shops { id specials { id } specialsAggregate { count sum { price } } specialsConnection { totalCount nodes { id } } } }";
    let none = json!({ "totalCount": 0, "nodes": [] });
    let expected = json!({ "shops": [
        {
            "id": 1,
            "specials": [{ "id": 1 }, { "id": 4 }],
            "specialsAggregate": { "count": 2, "sum": { "price": "12" } },
            "specialsConnection": { "totalCount": 2, "nodes": [{ "id": 1 }, { "id": 4 }] },
        },
        {
            "id": 2,
            "specials": [],
            "specialsAggregate": { "count": 0, "sum": { "price": null } },
            "specialsConnection": none,
        },
    ]});
    assert_eq!(server.data(query).await, expected);

    // From the other end the same pairs are related.
    let query = "{ offers { id shop { id } } offersAggregate(where: { shopExists: true }) { count } }";
    let expected = json!({
        "offers": [
            { "id": 1, "shop": { "id": 1 } },
            { "id": 2, "shop": null },
            { "id": 3, "shop": null },
            { "id": 4, "shop": { "id": 1 } },
        ],
        "offersAggregate": { "count": 2 },
    });
    assert_eq!(server.data(query).await, expected);

    let query = "{ some: shops(where: { specials: { some: { price: { eq: 5 } } } }) { id } none: shops(where: { specials: { none: {} } }) { id } }";
    assert_eq!(server.data(query).await, json!({ "some": [{ "id": 1 }], "none": [{ "id": 2 }] }));
}
