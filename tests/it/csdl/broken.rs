//! The checker itself: a document that keeps every rule passes, and each rule that is broken in it is found.

use super::{check_xml, json, rules, xml};

const GOOD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.01">
  <edmx:Reference Uri="https://vocabularies.example/Core.xml">
    <edmx:Include Namespace="Org.Core" Alias="Core"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Shop">
      <EntityType Name="Order">
        <Key><PropertyRef Name="id"/></Key>
        <Property Name="id" Type="Edm.Int32" Nullable="false"/>
        <Property Name="code" Type="Edm.String" MaxLength="9"/>
        <Property Name="total" Type="Edm.Decimal" Precision="9" Scale="2"/>
        <Property Name="at" Type="Edm.DateTimeOffset" Precision="6"/>
        <Property Name="mood" Type="Shop.Mood"/>
        <NavigationProperty Name="lines" Type="Collection(Shop.Line)" Partner="order"><OnDelete Action="None"/></NavigationProperty>
      </EntityType>
      <EntityType Name="Line">
        <Key><PropertyRef Name="number"/></Key>
        <Property Name="number" Type="Edm.Int64" Nullable="false"/>
        <Property Name="orderId" Type="Edm.Int32"/>
        <NavigationProperty Name="order" Type="Shop.Order" Nullable="true" Partner="lines">
          <ReferentialConstraint Property="orderId" ReferencedProperty="id"/>
        </NavigationProperty>
        <Annotation Term="Core.Description" String="A line"/>
      </EntityType>
      <EnumType Name="Mood" UnderlyingType="Edm.Byte"><Member Name="GOOD" Value="0"/><Member Name="BAD" Value="1"/></EnumType>
      <EntityContainer Name="Container">
        <EntitySet Name="orders" EntityType="Shop.Order"><NavigationPropertyBinding Path="lines" Target="lines"/></EntitySet>
        <EntitySet Name="lines" EntityType="Shop.Line"><NavigationPropertyBinding Path="order" Target="orders"/></EntitySet>
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>"#;

/// What stands in the good document, what it is replaced by, and a part of what the checker then says.
const BROKEN: &[(&str, &str, &str)] = &[
    // Shape.
    (r#" Version="4.01""#, "", "needs the attribute Version"),
    (r#"Version="4.01""#, r#"Version="3.0""#, "Version cannot be 3.0"),
    (r#"<edmx:Include Namespace="Org.Core" Alias="Core"/>"#, "", "has 0 of Include"),
    ("ns/edm\" Namespace", "ns/edm4\" Namespace", "is not in its namespace"),
    (r#"<Key><PropertyRef Name="id"/></Key>"#, "<Key/>", "has 0 of PropertyRef"),
    (r#"<Key><PropertyRef Name="id"/></Key>"#, r#"<PropertyRef Name="id"/>"#, "PropertyRef may not stand in it"),
    (r#"Name="code" Type="Edm.String""#, r#"Name="code""#, "needs the attribute Type"),
    (r#"Name="code" Type"#, r#"Name="code" Kind="x" Type"#, "has no attribute Kind"),
    (r#"Name="code""#, r#"Name="2code""#, "Name cannot be 2code"),
    (r#"Nullable="true""#, r#"Nullable="1""#, "Nullable cannot be 1"),
    (r#"Action="None""#, r#"Action="Restrict""#, "Action cannot be Restrict"),
    (r#"<OnDelete Action="None"/>"#, r#"<OnDelete Action="None"/><OnDelete Action="None"/>"#, "has 2 of OnDelete"),
    (r#"<Member Name="GOOD" Value="0"/><Member Name="BAD" Value="1"/>"#, "", "has 0 of Member"),
    (r#"UnderlyingType="Edm.Byte""#, r#"UnderlyingType="Edm.String""#, "UnderlyingType cannot be"),
    ("<Annotation Term", "more<Annotation Term", "has text in it"),
    ("ReferentialConstraint Property=", "Constraint Property=", "Constraint may not stand in it"),
    // Names.
    (r#"Namespace="Shop""#, r#"Namespace="Edm""#, "the namespace is reserved"),
    (r#"Alias="Core""#, r#"Alias="odata""#, "odata is no alias"),
    (r#"<EnumType Name="Mood""#, r#"<EnumType Name="Order""#, "Order names two things"),
    (r#"Container Name="Container""#, r#"Container Name="Line""#, "Line names two things"),
    (r#"Name="code""#, r#"Name="total""#, "Order.total stands twice"),
    (r#"Property Name="lines""#, r#"Property Name="code""#, "Order.code stands twice"),
    (r#"Name="code""#, r#"Name="Order""#, "has the name of its type"),
    // Keys.
    (r#"PropertyRef Name="id""#, r#"PropertyRef Name="key""#, "the key names key"),
    (
        r#"Name="id" Type="Edm.Int32" Nullable="false""#,
        r#"Name="id" Type="Edm.Int32""#,
        "id is in the key but nullable",
    ),
    (r#"Name="number" Type="Edm.Int64""#, r#"Name="number" Type="Edm.Double""#, "no key is of type Edm.Double"),
    (r#"<PropertyRef Name="id"/>"#, r#"<PropertyRef Name="id"/><PropertyRef Name="id"/>"#, "id is in the key twice"),
    // Types and facets.
    (r#"Type="Edm.String""#, r#"Type="Edm.Text""#, "there is no type Edm.Text"),
    (r#"Type="Shop.Mood""#, r#"Type="Shop.Temper""#, "there is no type Shop.Temper"),
    (r#"MaxLength="9""#, r#"MaxLength="0""#, "MaxLength is not positive"),
    (r#"Type="Edm.String" MaxLength"#, r#"Type="Edm.Guid" MaxLength"#, "has a MaxLength"),
    (r#"Precision="6""#, r#"Precision="13""#, "Precision is larger than twelve"),
    (r#"Precision="9" Scale="2""#, r#"Precision="1" Scale="2""#, "Scale is 2"),
    (r#"MaxLength="9""#, r#"Scale="9""#, "has a Scale"),
    // Navigation properties.
    (r#"Type="Shop.Order" Nullable"#, r#"Type="Shop.Mood" Nullable"#, "there is no entity type Shop.Mood"),
    (
        r#"Type="Collection(Shop.Line)""#,
        r#"Type="Collection(Shop.Line)" Nullable="false""#,
        "a collection says Nullable",
    ),
    (r#"Partner="order""#, r#"Partner="head""#, "has no partner head"),
    (
        r#"Collection(Shop.Line)" Partner="order""#,
        r#"Collection(Shop.Order)" Partner="lines""#,
        "its partner leads elsewhere",
    ),
    (
        "<Annotation Term",
        r#"<NavigationProperty Name="other" Type="Shop.Order" Partner="lines"/><Annotation Term"#,
        "Line.other: its partner has another partner",
    ),
    (r#"Type="Shop.Order" Nullable="true""#, r#"Type="Collection(Shop.Order)""#, "a collection has a constraint"),
    (r#" ReferencedProperty="id""#, r#" ReferencedProperty="key""#, "which are not both there"),
    (r#"Name="orderId" Type="Edm.Int32""#, r#"Name="orderId" Type="Edm.Int64""#, "ties a Edm.Int64 to a Edm.Int32"),
    (r#"Name="orderId" Type="Edm.Int32""#, r#"Name="orderId" Type="Edm.Int32" Nullable="false""#, "must be nullable"),
    (r#"Nullable="true" Partner="lines""#, r#"Nullable="false" Partner="lines""#, "must not be nullable"),
    // Enumerations.
    (r#"Name="BAD" Value="1""#, r#"Name="GOOD" Value="1""#, "Mood.GOOD stands twice"),
    (r#"Name="BAD" Value="1""#, r#"Name="BAD""#, "some members have values"),
    (r#"Name="BAD" Value="1""#, r#"Name="BAD" Value="-1""#, "has a value beyond its type"),
    // The container.
    (r#"EntitySet Name="lines""#, r#"EntitySet Name="orders""#, "orders is the name of two sets"),
    (r#"EntityType="Shop.Line""#, r#"EntityType="Shop.Mood""#, "there is no entity type Shop.Mood"),
    (r#"<Key><PropertyRef Name="id"/></Key>"#, "", "is a set of entities without a key"),
    (r#"Path="lines""#, r#"Path="rows""#, "rows is no navigation property"),
    (r#"Target="orders""#, r#"Target="orderings""#, "there is no set orderings"),
    (r#"Target="orders""#, r#"Target="lines""#, "order leads to another type than lines"),
    (r#"<NavigationPropertyBinding Path="lines" Target="lines"/>"#, "", "lines is unbound"),
    (
        r#"<EntitySet Name="lines" EntityType="Shop.Line"><NavigationPropertyBinding Path="order" Target="orders"/></EntitySet>"#,
        "",
        "Line: is in no set",
    ),
    // Annotations.
    (r#"Term="Core.Description""#, r#"Term="UI.Label""#, "there is no term UI.Label"),
    (
        r#"<Annotation Term="Core.Description" String="A line"/>"#,
        r#"<Annotation Term="Core.Description" String="A"/><Annotation Term="Core.Description" String="B"/>"#,
        "Core.Description stands twice",
    ),
];

#[test]
fn a_good_document_passes() {
    assert_eq!(check_xml(GOOD).1, Vec::<String>::new());
}

#[test]
fn every_broken_rule_is_found() {
    for (from, to, expected) in BROKEN {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let problems = check_xml(&text).1;
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:#?}");
    }
}

#[test]
fn defaults_differ_by_format() {
    let xml_text = GOOD.replace(" Precision=\"9\" Scale=\"2\"", "").replace(" Precision=\"6\"", "");
    let (document, problems) = xml::read(&xml_text);
    assert_eq!(problems, Vec::<String>::new());
    let order = document.entity_type("Order");
    assert_eq!(order.property("total").scale.as_deref(), Some("0"));
    assert_eq!(order.property("at").precision.as_deref(), Some("0"));
    assert!(order.property("code").nullable);

    let text = r#"{ "$Version": "4.01", "$EntityContainer": "Shop.Container", "Shop": {
        "Order": { "$Kind": "EntityType", "$Key": ["id"], "id": { "$Type": "Edm.Int32" }, "total": { "$Type": "Edm.Decimal" },
            "code": {}, "self": { "$Kind": "NavigationProperty", "$Type": "Shop.Order" } },
        "Container": { "$Kind": "EntityContainer", "orders": { "$Collection": true, "$Type": "Shop.Order",
            "$NavigationPropertyBinding": { "self": "orders" } } } } }"#;
    let (document, problems) = json::read(text);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(rules::broken(&document), Vec::<String>::new());
    let order = document.entity_type("Order");
    assert_eq!(order.property("total").scale.as_deref(), Some("variable"));
    assert_eq!((order.property("code").ty.as_str(), order.property("code").nullable), ("Edm.String", false));
    assert_eq!(order.navigation("self").nullable, Some(false));

    for (from, to, expected) in [
        (r#""code": {}"#, r#""code": { "$Length": 3 }"#, "code: has no member $Length"),
        (r#""$Kind": "EntityType""#, r#""$Kind": "Entity""#, "no such kind as Entity"),
        (r#""$Collection": true, "#, "", "an entity set is a collection"),
        (r#""Shop.Container""#, r#""Shop.Other""#, "leads nowhere"),
        (r#""$Version": "4.01""#, r#""$Version": "4.01", "$More": 1"#, "no member $More"),
    ] {
        assert!(text.contains(from), "{from}");
        let problems = json::read(&text.replacen(from, to, 1)).1;
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:?}");
    }
}
