-- Lists are newest first, and of one date the greatest id first: ids grow.
drop index service_order_by_order_date;
drop index service_order_by_state;
create index service_order_by_order_date  on service_order (order_date desc nulls last, id desc);
create index service_order_by_state       on service_order (state, order_date desc nulls last, id desc);

drop index service_by_service_date;
drop index service_by_state;
drop index service_by_service_type;
drop index service_by_name;
drop index service_by_service_specification;
create index service_by_service_date          on service (service_date desc nulls last, id desc);
create index service_by_state                 on service (state, service_date desc nulls last, id desc);
create index service_by_service_type          on service (service_type, state, service_date desc nulls last, id desc);
create index service_by_name                  on service (name, service_date desc nulls last, id desc);
create index service_by_service_specification on service (service_specification_id, service_date desc nulls last, id desc);

drop index cancel_service_order_by_date;
drop index cancel_service_order_by_state;
drop index cancel_service_order_by_order;
create index cancel_service_order_by_date  on cancel_service_order (created desc nulls last, id desc);
create index cancel_service_order_by_state on cancel_service_order (state, created desc nulls last, id desc);
create index cancel_service_order_by_order on cancel_service_order (service_order_id, created desc nulls last, id desc);

drop index fallout_item_by_since;
drop index fallout_item_by_state;
drop index fallout_item_by_assignee;
create index fallout_item_by_since    on fallout_item (since desc nulls last, id desc);
create index fallout_item_by_state    on fallout_item (state, since desc nulls last, id desc);
create index fallout_item_by_assignee on fallout_item (assignee, state, since desc nulls last, id desc) where assignee is not null;
-- Unchanged; of indexes that cost the same in an empty table the planner takes the newest, which was this one.
drop index fallout_item_by_job;
create index fallout_item_by_job on fallout_item (job_id, state);

drop index job_by_created_date;
drop index job_by_state;
create index job_by_created_date on job (created_date desc nulls last, id desc);
create index job_by_state        on job (state, created_date desc nulls last, id desc);

-- What a job that is under way has done of the last date is looked at again: it is in a state that the job passes over.
update job_place set target_id = '~';
