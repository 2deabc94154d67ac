-- The parties that orders name: what those see who are bound to one. Longer ids than these are in no index.
insert into service_order_value (path, value, id)
select distinct 'relatedParty.id', party.value ->> '$.id', service_order.id
from service_order, json_each(service_order.body, '$.relatedParty') party
where service_order.body like '%"relatedParty"%' and party.value ->> '$.id' is not null and length(cast(party.value ->> '$.id' as blob)) <= 1000;

-- 'customer' where a service faces customers and says so: what those see who read from outside.
alter table service add column facing text;
update service set facing = 'customer'
where (body like '%cfs%' or body like '%facing%') and (
    lower(replace(replace(replace(body ->> '$.category', ' ', ''), '-', ''), '_', '')) in ('cfs', 'customerfacingservice', 'customerfacing')
    or lower(replace(replace(replace(body ->> '$."@type"', ' ', ''), '-', ''), '_', '')) in ('cfs', 'customerfacingservice', 'customerfacing')
    or lower(replace(replace(replace(body ->> '$."@baseType"', ' ', ''), '-', ''), '_', '')) in ('cfs', 'customerfacingservice', 'customerfacing'));
create index service_by_facing on service (facing, service_date desc, id desc) where facing is not null;

-- The parties that an event names, as a JSON array; null for one that is not for the outside, and for those of before this column.
alter table event_log add column parties text;

-- How much who has registered a subscription saw: 'all', 'outside', or 'party:' and its id. For good it hears no more than that.
alter table event_subscription add column sight text not null default 'all';
drop index event_subscription_by_callback;
create unique index event_subscription_by_callback on event_subscription (api, callback, query, sight);

-- The same of who has placed an order that waits to be checked: what was not seen is not there for it.
alter table service_order_due add column sight text not null default 'all';

-- What a request was answered is kept for its caller: a digest of that, empty where nobody has said who calls.
create table request_id_of_caller (
    resource text not null,
    key      text not null,
    hash     text not null,
    body     text not null,
    time     text not null,
    caller   text not null default '',
    primary key (resource, caller, key)
) strict;
insert into request_id_of_caller (resource, key, hash, body, time) select resource, key, hash, body, time from request_id;
drop table request_id;
alter table request_id_of_caller rename to request_id;
create index request_id_by_time on request_id (time);

-- What the planner is to think: many services face customers.
insert into sqlite_stat1 (tbl, idx, stat) values ('service', 'service_by_facing', '500000 500000 2 1');
analyze sqlite_schema;
