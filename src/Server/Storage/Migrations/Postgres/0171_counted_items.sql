-- How many items of orders are in each state, items of items among them, as it is kept of orders. Of what is in an order, an item is
-- what is in a list "serviceOrderItem".
insert into resource_count (resource, state, total)
select 'serviceOrderItem', part.value #>> '{}', count(*)
from service_order, jsonb_path_query(service_order.body::jsonb, 'strict $.**.serviceOrderItem[*].state') part (value)
where jsonb_typeof(part.value) = 'string'
group by part.value;

-- What is asked for every few seconds: how long the oldest item waits, and how many subscriptions were given up.
create index work_waiting_by_since on work (since) where state = 'waiting';
create index event_subscription_suspended on event_subscription (id) where suspended_reason is not null;
