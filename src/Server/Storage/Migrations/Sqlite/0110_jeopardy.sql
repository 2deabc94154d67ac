-- When the date that an order is to be completed by is missed, and when it is at risk: milliseconds since 1970.
create table jeopardy_due (
    order_id text    not null,
    type     text    not null,
    at       integer not null,
    primary key (order_id, type)
) strict, without rowid;
create index jeopardy_due_by_time on jeopardy_due (at);
insert into jeopardy_due (order_id, type, at)
select id, 'completionDateMissed', cast(strftime('%s', date) as integer) * 1000 + cast(substr(date, 21, 3) as integer) from (
    select id, body ->> '$.requestedCompletionDate' as date from service_order
    where state not in ('completed', 'failed', 'partial', 'rejected', 'cancelled') and body like '%"requestedCompletionDate"%'
) open_order where date is not null;

-- Values of attributes of which an order has many, by their paths: 'jeopardyAlert.jeopardyType'.
create table service_order_value (
    path  text not null,
    value text not null,
    id    text not null,
    primary key (path, value, id)
) strict, without rowid;
insert into service_order_value (path, value, id)
select distinct 'jeopardyAlert.jeopardyType', alert.value ->> '$.jeopardyType', service_order.id
from service_order, json_each(service_order.body, '$.jeopardyAlert') alert
where service_order.body like '%"jeopardyAlert"%' and alert.value ->> '$.jeopardyType' is not null;

-- Kinds of items that wait. served: when a worker that takes them was last seen on any server; due: when that is too long ago.
create table work_kind (
    kind   text    not null primary key,
    served integer not null,
    due    integer not null
) strict, without rowid;
create index work_kind_due on work_kind (due);

-- Since when an item waits for a worker, as alerts count it: null as since, the largest number where it was told of.
alter table work add column unserved_since integer;
create index work_unserved on work (kind, coalesce(unserved_since, since)) where state = 'waiting';

-- What the planner is to think: many orders that are late, few kinds of alerts.
analyze service_order_value;
delete from sqlite_stat1 where tbl = 'service_order_value';
insert into sqlite_stat1 (tbl, idx, stat) values ('service_order_value', 'service_order_value', '10000 10000 2000 1');
analyze sqlite_schema;
