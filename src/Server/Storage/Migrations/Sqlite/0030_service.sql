-- A service: the TMF638 JSON in body is the one source of truth; the other columns are read from it. They are stored, and
-- before the body: a query that sorts many services then reads the start of a row, and no JSON.
create table service (
    id                       text    not null primary key,
    version                  integer not null,
    state                    text    generated always as (body ->> '$.state') stored,
    service_date             text    generated always as (body ->> '$.serviceDate') stored,
    service_type             text    generated always as (body ->> '$.serviceType') stored,
    name                     text    generated always as (body ->> '$.name') stored,
    service_specification_id text    generated always as (body ->> '$.serviceSpecification.id') stored,
    body                     text    not null
) strict;

create index service_by_service_date          on service (service_date desc, id);
create index service_by_state                 on service (state, service_date desc, id);
create index service_by_service_type          on service (service_type, state, service_date desc, id);
create index service_by_name                  on service (name, service_date desc, id);
create index service_by_service_specification on service (service_specification_id, service_date desc, id);

-- Values of attributes of which a service has many, by their paths: 'relatedParty.partyOrPartyRole.id'.
create table service_value (
    path  text not null,
    value text not null,
    id    text not null,
    primary key (path, value, id)
) strict, without rowid;

-- Which service refers to which, whether the inventory has the other one or not.
create table service_relation (
    service_id text not null,
    target_id  text not null,
    type       text not null,
    primary key (service_id, target_id, type)
) strict, without rowid;

create index service_relation_by_target on service_relation (target_id, service_id, type);
