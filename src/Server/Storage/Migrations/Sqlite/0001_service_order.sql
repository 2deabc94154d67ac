-- A service order: the TMF641 JSON in body is the one source of truth; the other columns are read from it.
create table service_order (
    id          text    not null primary key,
    version     integer not null,
    body        text    not null,
    state       text    generated always as (body ->> '$.state') virtual,
    order_date  text    generated always as (body ->> '$.orderDate') virtual,
    external_id text    generated always as (body ->> '$.externalId') virtual
) strict;

create index service_order_by_order_date  on service_order (order_date desc, id);
create index service_order_by_state       on service_order (state, order_date desc, id);
create index service_order_by_external_id on service_order (external_id) where external_id is not null;
