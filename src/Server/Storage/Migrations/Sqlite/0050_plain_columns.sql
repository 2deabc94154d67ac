-- Columns that repeat a part of the body are written by the store, and stand before it: a row's start is enough to sort by.
-- created_position is where the log tells of the creation: an event that has a gap there has its text in the resource's row,
-- for as long as that is of version 1.
alter table event_log add column gap integer;

create table service_order_plain (
    id          text    not null primary key,
    version     integer not null,
    created_position integer,
    state       text    not null,
    order_date  text    not null,
    external_id text,
    body        text    not null
) strict;

insert into service_order_plain (id, version, state, order_date, external_id, body)
select id, version, state, order_date, external_id, body from service_order order by rowid;

drop table service_order;
alter table service_order_plain rename to service_order;

create index service_order_by_order_date  on service_order (order_date desc, id);
create index service_order_by_state       on service_order (state, order_date desc, id);
create index service_order_by_external_id on service_order (external_id) where external_id is not null;

create table service_plain (
    id                       text    not null primary key,
    version                  integer not null,
    created_position         integer,
    state                    text    not null,
    service_date             text    not null,
    service_type             text,
    name                     text,
    service_specification_id text,
    body                     text    not null
) strict;

insert into service_plain (id, version, state, service_date, service_type, name, service_specification_id, body)
select id, version, state, service_date, service_type, name, service_specification_id, body from service order by rowid;

drop table service;
alter table service_plain rename to service;

create index service_by_service_date          on service (service_date desc, id);
create index service_by_state                 on service (state, service_date desc, id);
create index service_by_service_type          on service (service_type, state, service_date desc, id);
create index service_by_name                  on service (name, service_date desc, id);
create index service_by_service_specification on service (service_specification_id, service_date desc, id);

drop index event_subscription_by_callback;
alter table event_subscription rename to event_subscription_generated;
create table event_subscription (
    id                    text    not null primary key,
    api                   text    not null,
    callback              text    not null,
    query                 text    not null,
    body                  text    not null,
    secret                text,
    previous_secret       text,
    previous_secret_until text,
    -- Grows with every act of an operator: what a delivery that began before it wants to write is void.
    generation            integer not null,
    -- Up to here everything was delivered or did not match.
    position              integer not null,
    missed_events         integer not null,
    suspended_reason      text,
    failed_attempts       integer not null,
    failing_since         text,
    next_try              text,
    last_success          text,
    last_failure          text,
    last_error            text,
    attempts              integer not null
) strict;

insert into event_subscription
select id, api, callback, query, body, secret, previous_secret, previous_secret_until, generation, position, missed_events,
    suspended_reason, failed_attempts, failing_since, next_try, last_success, last_failure, last_error, attempts
from event_subscription_generated;

alter table delivery_attempt rename to delivery_attempt_generated;
create table delivery_attempt (
    subscription_id text    not null references event_subscription (id),
    number          integer not null,
    event_id        text    not null,
    event_type      text    not null,
    position        integer not null,
    time            text    not null,
    duration_ms     integer not null,
    status_code     integer,
    error           text,
    primary key (subscription_id, number)
) strict, without rowid;
insert into delivery_attempt select * from delivery_attempt_generated;
drop table delivery_attempt_generated;
drop table event_subscription_generated;

create unique index event_subscription_by_callback on event_subscription (api, callback, query);

-- The planner's statistics went with the tables: see 0040 and 0041.
delete from sqlite_stat1 where tbl in ('service_order', 'service', 'service_order_plain', 'service_plain');
insert into sqlite_stat1 (tbl, idx, stat) values
    ('service_order', 'sqlite_autoindex_service_order_1', '1000000 1'),
    ('service_order', 'service_order_by_order_date',      '1000000 2 1'),
    ('service_order', 'service_order_by_state',           '1000000 100000 2 1'),
    ('service_order', 'service_order_by_external_id',     '1000000 2'),
    ('service', 'sqlite_autoindex_service_1',       '1000000 1'),
    ('service', 'service_by_service_date',          '1000000 2 1'),
    ('service', 'service_by_state',                 '1000000 100000 2 1'),
    ('service', 'service_by_service_type',          '1000000 10000 2000 2 1'),
    ('service', 'service_by_name',                  '1000000 5 2 1'),
    ('service', 'service_by_service_specification', '1000000 10000 2 1');
analyze sqlite_schema;
