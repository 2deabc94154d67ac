-- When the date that an order is to be completed by is missed, and when it is at risk: milliseconds since 1970.
create table jeopardy_due (
    order_id text collate "C" not null,
    type     text collate "C" not null,
    at       bigint           not null,
    primary key (order_id, type)
);
create index jeopardy_due_by_time on jeopardy_due (at);
insert into jeopardy_due (order_id, type, at)
select id, 'completionDateMissed', round(extract(epoch from date::timestamptz) * 1000)::bigint from (
    select id, body::json ->> 'requestedCompletionDate' as date from service_order
    where state not in ('completed', 'failed', 'partial', 'rejected', 'cancelled') and body like '%"requestedCompletionDate"%'
) open_order where date is not null;

-- Values of attributes of which an order has many, by their paths: 'jeopardyAlert.jeopardyType'.
create table service_order_value (
    path  text collate "C" not null,
    value text collate "C" not null,
    id    text collate "C" not null,
    primary key (path, value, id)
);
insert into service_order_value (path, value, id)
select distinct 'jeopardyAlert.jeopardyType', alert ->> 'jeopardyType', id
from (select id, json_array_elements(body::json -> 'jeopardyAlert') as alert from service_order where body like '%"jeopardyAlert"%') alerts
where alert ->> 'jeopardyType' is not null;

-- Kinds of items that wait. served: when a worker that takes them was last seen on any server; due: when that is too long ago.
create table work_kind (
    kind   text collate "C" not null primary key,
    served bigint           not null,
    due    bigint           not null
);
create index work_kind_due on work_kind (due);

-- Since when an item waits for a worker, as alerts count it: null as since, the largest number where it was told of.
alter table work add column unserved_since bigint;
create index work_unserved on work (kind, coalesce(unserved_since, since)) where state = 'waiting';
