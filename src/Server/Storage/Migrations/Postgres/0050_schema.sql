-- Where the database starts: the tables that SQLite's migrations up to this number end with. Texts compare by their bytes.
-- What a row has of the body is in columns before it; a body stays in its row, uncompressed, up to 8 KB. Indexes that lists are
-- read from say where absent values are as lists do, absent or not.
create table service_order (
    id          text collate "C" not null primary key,
    version     bigint           not null,
    created_position bigint,
    state       text collate "C" not null,
    order_date  text collate "C" not null,
    external_id text collate "C",
    body        text compression lz4 not null
) with (toast_tuple_target = 8160);

create index service_order_by_order_date  on service_order (order_date desc nulls last, id);
create index service_order_by_state       on service_order (state, order_date desc nulls last, id);
create index service_order_by_external_id on service_order (external_id) where external_id is not null;

create table service (
    id                       text collate "C" not null primary key,
    version                  bigint           not null,
    created_position         bigint,
    state                    text collate "C" not null,
    service_date             text collate "C" not null,
    service_type             text collate "C",
    name                     text collate "C",
    service_specification_id text collate "C",
    body                     text compression lz4 not null
) with (toast_tuple_target = 8160);

create index service_by_service_date          on service (service_date desc nulls last, id);
create index service_by_state                 on service (state, service_date desc nulls last, id);
create index service_by_service_type          on service (service_type, state, service_date desc nulls last, id);
create index service_by_name                  on service (name, service_date desc nulls last, id);
create index service_by_service_specification on service (service_specification_id, service_date desc nulls last, id);

create table service_value (
    path  text collate "C" not null,
    value text collate "C" not null,
    id    text collate "C" not null,
    primary key (path, value, id)
);

create table service_relation (
    service_id text collate "C" not null,
    target_id  text collate "C" not null,
    type       text collate "C" not null,
    primary key (service_id, target_id, type)
);

create index service_relation_by_target on service_relation (target_id, service_id, type);

create table event_log (
    position    bigint           not null primary key,
    id          text collate "C" not null,
    type        text collate "C" not null,
    resource    text collate "C" not null,
    resource_id text collate "C" not null,
    time        text collate "C" not null,
    body        text compression lz4 not null,
    gap         integer
) with (toast_tuple_target = 8160);

-- One row. Every writing transaction locks it first: positions are dense, and in the order of commits, whichever server
-- writes. It is changed by every commit: room in its page keeps its versions there.
create table event_position (
    last     bigint  not null,
    -- The last step of the schema that a server has to know in order to write.
    requires integer not null
) with (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

insert into event_position (last, requires) values (0, 50);

-- The last transaction of each server that writes. One whose commit was not confirmed, as the connection broke, is looked up here.
create table writer_commit (
    writer text collate "C" not null primary key,
    batch  bigint           not null,
    time   timestamptz      not null
) with (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

create table database_identity (
    id bigint not null
);

insert into database_identity (id)
select ('x' || substr(md5(random()::text || clock_timestamp()::text), 1, 16))::bit(64)::bigint;

create table resource_count (
    resource text collate "C" not null,
    state    text collate "C" not null,
    total    bigint           not null,
    primary key (resource, state)
) with (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

create table request_id (
    resource text collate "C" not null,
    key      text collate "C" not null,
    hash     text collate "C" not null,
    body     text             not null,
    time     text collate "C" not null,
    primary key (resource, key)
);

create index request_id_by_time on request_id (time);

create table event_subscription (
    id                    text collate "C" not null primary key,
    api                   text collate "C" not null,
    callback              text collate "C" not null,
    query                 text collate "C" not null,
    body                  text             not null,
    secret                text,
    previous_secret       text,
    previous_secret_until text collate "C",
    generation            bigint           not null,
    position              bigint           not null,
    missed_events         bigint           not null,
    suspended_reason      text,
    failed_attempts       bigint           not null,
    failing_since         text collate "C",
    next_try              text collate "C",
    last_success          text collate "C",
    last_failure          text collate "C",
    last_error            text,
    attempts              bigint           not null
) with (fillfactor = 50);

create unique index event_subscription_by_callback on event_subscription (api, md5(callback), md5(query));

create table delivery_attempt (
    subscription_id text collate "C" not null references event_subscription (id),
    number          bigint           not null,
    event_id        text collate "C" not null,
    event_type      text collate "C" not null,
    position        bigint           not null,
    time            text collate "C" not null,
    duration_ms     bigint           not null,
    status_code     bigint,
    error           text,
    primary key (subscription_id, number)
);
