-- Requests to cancel orders.
create table cancel_service_order (
    id               text collate "C" not null primary key,
    version          bigint           not null,
    created_position bigint           not null,
    created          text collate "C" not null,
    state            text collate "C" not null,
    service_order_id text collate "C" not null,
    body             text compression lz4 not null
) with (toast_tuple_target = 8160);
create index cancel_service_order_by_date  on cancel_service_order (created desc nulls last, id);
create index cancel_service_order_by_state on cancel_service_order (state, created desc nulls last, id);
create index cancel_service_order_by_order on cancel_service_order (service_order_id, created desc nulls last, id);

-- Those that are not decided, one for an order at most. due: when it is to be looked at, in milliseconds since 1970.
create table cancellation (
    order_id  text collate "C" not null primary key,
    task_id   text collate "C" not null,
    phase     text collate "C" not null,
    due       bigint,
    answer_by bigint,
    reason    text,
    items     text,
    refusal   text
);
create index cancellation_due on cancellation (due) where due is not null;

-- What the holder of a lease is told of a cancellation, or has answered.
alter table work add column cancellation text collate "C";
create index work_cancellation on work (order_id, item_id) where cancellation is not null;
