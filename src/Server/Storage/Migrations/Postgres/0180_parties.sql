-- The parties that orders name: what those see who are bound to one. Longer ids than these are in no index.
insert into service_order_value (path, value, id)
select distinct 'relatedParty.id', party ->> 'id', id
from (select id, json_array_elements(body::json -> 'relatedParty') as party from service_order where body like '%"relatedParty"%') parties
where party ->> 'id' is not null and octet_length(party ->> 'id') <= 1000;

-- 'customer' where a service faces customers and says so: what those see who read from outside.
alter table service add column facing text collate "C";
update service set facing = 'customer'
where (body ilike '%cfs%' or body ilike '%facing%') and (
    lower(translate(body::json ->> 'category', ' -_', '')) in ('cfs', 'customerfacingservice', 'customerfacing')
    or lower(translate(body::json ->> '@type', ' -_', '')) in ('cfs', 'customerfacingservice', 'customerfacing')
    or lower(translate(body::json ->> '@baseType', ' -_', '')) in ('cfs', 'customerfacingservice', 'customerfacing'));
create index service_by_facing on service (facing, service_date desc nulls last, id desc) where facing is not null;

-- The parties that an event names, as a JSON array; null for one that is not for the outside, and for those of before this column.
alter table event_log add column parties text;

-- How much who has registered a subscription saw: 'all', 'outside', or 'party:' and its id. For good it hears no more than that.
alter table event_subscription add column sight text collate "C" not null default 'all';
drop index event_subscription_by_callback;
create unique index event_subscription_by_callback on event_subscription (api, md5(callback), md5(query), md5(sight));

-- The same of who has placed an order that waits to be checked: what was not seen is not there for it.
alter table service_order_due add column sight text collate "C" not null default 'all';

-- What a request was answered is kept for its caller: a digest of that, empty where nobody has said who calls.
alter table request_id add column caller text collate "C" not null default '';
alter table request_id drop constraint request_id_pkey;
alter table request_id add primary key (resource, caller, key);
