create table parent (
    id {serial} primary key,
    name varchar(20) not null,
    code varchar(20) unique,
    region varchar(10),
    number smallint,
    unique (region, number)
);
create table child (
    id {serial} primary key,
    name varchar(20) not null,
    email varchar(40) unique,
    level smallint not null default 1 check (level between 0 and 1000),
    mood {mood},
    parent_id integer references parent (id) on delete set null,
    version integer not null default 1
);
create table toy (
    id {serial} primary key,
    name varchar(20) not null unique,
    weight integer check (weight > 0),
    child_id integer references child (id) on delete cascade
);
create table orders (id {serial} primary key, title varchar(20) not null);
create table item (
    id {serial} primary key,
    label varchar(20) not null,
    order_id integer not null references orders (id)
);
create table line (
    order_id integer not null references orders (id) on delete cascade,
    position integer not null,
    text varchar(20) not null,
    primary key (order_id, position)
);
create table shelf (
    aisle integer not null,
    position integer not null,
    label varchar(20),
    primary key (aisle, position)
);
create table book (
    id {serial} primary key,
    title varchar(20) not null,
    shelf_aisle integer,
    shelf_position integer,
    foreign key (shelf_aisle, shelf_position) references shelf (aisle, position)
);
create table users (id {serial} primary key, name varchar(20) not null);
create table team (id {serial} primary key, name varchar(20) not null);
create table membership (
    user_id integer not null references users (id) on delete cascade,
    team_id integer not null references team (id) on delete cascade,
    primary key (user_id, team_id)
);
create table branch (
    id {serial} primary key,
    name varchar(20) not null,
    parent_id integer references branch (id) on delete cascade
);
create table person (id {serial} primary key, name varchar(20) not null);
create table follow (
    follower_id integer not null references person (id) on delete cascade,
    followed_id integer not null references person (id) on delete cascade,
    primary key (follower_id, followed_id)
);
create table desk (
    id {serial} primary key,
    label varchar(20) not null,
    person_id integer unique references person (id) on delete set null
);
create table passport (
    id {serial} primary key,
    number varchar(20) not null,
    person_id integer not null unique references person (id)
);
create table boss (id {serial} primary key, name varchar(20) not null);
create table aide (
    id {serial} primary key,
    name varchar(20) not null,
    boss_id integer references boss (id) on delete cascade
);
create table badge (
    id {serial} primary key,
    name varchar(20) not null,
    boss_id integer references boss (id) on delete set null
);
create table bill (
    id {serial} primary key,
    name varchar(20) not null,
    boss_id integer references boss (id) on delete restrict
);
create table folder (
    id {serial} primary key,
    name varchar(20) not null,
    aide_id integer references aide (id) on delete cascade
);
create table loan (
    id {serial} primary key,
    name varchar(20) not null,
    aide_id integer references aide (id) on delete restrict
);
create table pin (
    id {serial} primary key,
    name varchar(20) not null,
    badge_id integer references badge (id) on delete cascade
);

insert into parent (id, name, code, region, number) values
    (1, 'P1', 'A', 'north', 1), (2, 'P2', 'B', 'north', 2), (3, 'P3', null, null, null), (7, 'P7', 'G', 'south', 1);
insert into child (id, name, email, level, parent_id) values
    (1, 'C1', 'c1@example.org', 10, 1), (2, 'C2', 'c2@example.org', 20, 1), (3, 'C3', null, 30, null),
    (4, 'C4', 'c4@example.org', 40, 2);
insert into toy (id, name, weight, child_id) values (1, 'ball', 1, 1), (2, 'kite', 2, 1), (3, 'drum', null, null);
insert into orders (id, title) values (1, 'O1'), (2, 'O2'), (3, 'O3');
insert into item (id, label, order_id) values (1, 'I1', 1), (2, 'I2', 1), (3, 'I3', 2);
insert into line (order_id, position, text) values (1, 1, 'L11'), (1, 2, 'L12'), (2, 1, 'L21');
insert into shelf (aisle, position, label) values (1, 1, 'S11'), (1, 2, 'S12'), (2, 1, 'S21');
insert into book (id, title, shelf_aisle, shelf_position) values (1, 'B1', 1, 1), (2, 'B2', null, null);
insert into users (id, name) values (1, 'U1'), (2, 'U2'), (3, 'U3');
insert into team (id, name) values (1, 'T1'), (2, 'T2'), (3, 'T3'), (7, 'T7');
insert into membership (user_id, team_id) values (1, 1), (1, 2), (2, 1);
insert into branch (id, name, parent_id) values (1, 'N1', null), (2, 'N2', 1), (3, 'N3', 2), (4, 'N4', 3), (5, 'N5', null);
insert into person (id, name) values (1, 'A'), (2, 'B'), (3, 'C'), (4, 'D'), (5, 'E');
insert into follow (follower_id, followed_id) values (1, 2), (2, 1), (1, 3);
insert into desk (id, label, person_id) values (1, 'D1', 1), (2, 'D2', 2), (3, 'D3', null);
insert into passport (id, number, person_id) values (1, 'X1', 1), (2, 'X2', 2);
insert into boss (id, name) values (1, 'cascades'), (2, 'removes'), (3, 'restricts'), (4, 'is held below'), (5, 'has all');
insert into aide (id, name, boss_id) values (1, 'A1', 1), (2, 'A2', 1), (4, 'A4', 4), (5, 'A5', 5), (6, 'A6', null);
insert into badge (id, name, boss_id) values (1, 'G1', 2), (2, 'G2', 2), (4, 'G4', 4), (5, 'G5', 5);
insert into bill (id, name, boss_id) values (1, 'H1', 3), (2, 'H2', 3), (3, 'H3', null);
insert into folder (id, name, aide_id) values (1, 'F1', 1), (2, 'F2', 2), (3, 'F3', 2), (4, 'F4', 4), (5, 'F5', 5);
insert into loan (id, name, aide_id) values (1, 'J1', 4), (2, 'J2', 6);
insert into pin (id, name, badge_id) values (1, 'K1', 1), (2, 'K2', 5);
