-- Items that fell out. A row stays when it was decided, and goes with its order.
create table fallout_item (
    id               text    not null primary key,
    version          integer not null,
    created_position integer,
    state            text    not null,
    since            text    not null,
    fallout_type     text    not null,
    service_order_id text    not null,
    item_id          text    not null,
    cause_code       text,
    assignee         text,
    job_id           text,
    body             text    not null
) strict;
create index fallout_item_by_since    on fallout_item (since desc, id);
create index fallout_item_by_state    on fallout_item (state, since desc, id);
create index fallout_item_by_item     on fallout_item (service_order_id, item_id);
create index fallout_item_by_job      on fallout_item (job_id, state);
create index fallout_item_by_assignee on fallout_item (assignee, state, since desc, id) where assignee is not null;

create table job (
    id               text    not null primary key,
    version          integer not null,
    created_position integer,
    state            text    not null,
    created_date     text    not null,
    body             text    not null
) strict;
create index job_by_created_date on job (created_date desc, id);
create index job_by_state        on job (state, created_date desc, id);

-- How far a job is, written with what it does: the date and the id of what it has done last, newest first.
create table job_place (
    job_id    text not null primary key,
    date      text not null,
    target_id text not null
) strict, without rowid;
