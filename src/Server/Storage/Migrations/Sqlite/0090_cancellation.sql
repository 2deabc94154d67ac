-- Requests to cancel orders.
create table cancel_service_order (
    id               text    not null primary key,
    version          integer not null,
    created_position integer not null,
    created          text    not null,
    state            text    not null,
    service_order_id text    not null,
    body             text    not null
) strict;
create index cancel_service_order_by_date  on cancel_service_order (created desc, id);
create index cancel_service_order_by_state on cancel_service_order (state, created desc, id);
create index cancel_service_order_by_order on cancel_service_order (service_order_id, created desc, id);

-- Those that are not decided, one for an order at most. due: when it is to be looked at, in milliseconds since 1970.
create table cancellation (
    order_id  text    not null primary key,
    task_id   text    not null,
    phase     text    not null,
    due       integer,
    answer_by integer,
    reason    text,
    items     text,
    refusal   text
) strict, without rowid;
create index cancellation_due on cancellation (due) where due is not null;

-- What the holder of a lease is told of a cancellation, or has answered.
alter table work add column cancellation text;
create index work_cancellation on work (order_id, item_id) where cancellation is not null;
