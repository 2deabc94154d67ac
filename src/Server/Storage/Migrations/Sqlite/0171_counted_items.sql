-- How many items of orders are in each state, items of items among them, as it is kept of orders. Of what is in an order, an item is
-- what is in a list "serviceOrderItem".
insert into resource_count (resource, state, total)
select 'serviceOrderItem', part.value, count(*)
from service_order, json_tree(service_order.body, '$.serviceOrderItem') part
where part.key = 'state' and part.type = 'text' and rtrim(rtrim(part.path, ']'), '0123456789') like '%.serviceOrderItem['
group by part.value;

-- What is asked for every few seconds: how long the oldest item waits, and how many subscriptions were given up.
create index work_waiting_by_since on work (since) where state = 'waiting';
create index event_subscription_suspended on event_subscription (id) where suspended_reason is not null;
