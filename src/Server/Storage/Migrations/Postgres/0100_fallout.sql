-- Items that fell out. A row stays when it was decided, and goes with its order.
create table fallout_item (
    id               text collate "C" not null primary key,
    version          bigint not null,
    created_position bigint,
    state            text collate "C" not null,
    since            text collate "C" not null,
    fallout_type     text collate "C" not null,
    service_order_id text collate "C" not null,
    item_id          text collate "C" not null,
    cause_code       text collate "C",
    assignee         text collate "C",
    job_id           text collate "C",
    body             text compression lz4 not null
) with (toast_tuple_target = 8160);
create index fallout_item_by_since    on fallout_item (since desc nulls last, id);
create index fallout_item_by_state    on fallout_item (state, since desc nulls last, id);
create index fallout_item_by_item     on fallout_item (service_order_id, item_id);
create index fallout_item_by_job      on fallout_item (job_id, state);
create index fallout_item_by_assignee on fallout_item (assignee, state, since desc nulls last, id) where assignee is not null;

create table job (
    id               text collate "C" not null primary key,
    version          bigint not null,
    created_position bigint,
    state            text collate "C" not null,
    created_date     text collate "C" not null,
    body             text compression lz4 not null
) with (toast_tuple_target = 8160);
create index job_by_created_date on job (created_date desc nulls last, id);
create index job_by_state        on job (state, created_date desc nulls last, id);

-- How far a job is, written with what it does: the date and the id of what it has done last, newest first.
create table job_place (
    job_id    text collate "C" not null primary key,
    date      text collate "C" not null,
    target_id text collate "C" not null
);
