-- Lists are newest first, and of one date the greatest id first: ids grow.
drop index service_order_by_order_date;
drop index service_order_by_state;
create index service_order_by_order_date  on service_order (order_date desc, id desc);
create index service_order_by_state       on service_order (state, order_date desc, id desc);

drop index service_by_service_date;
drop index service_by_state;
drop index service_by_service_type;
drop index service_by_name;
drop index service_by_service_specification;
create index service_by_service_date          on service (service_date desc, id desc);
create index service_by_state                 on service (state, service_date desc, id desc);
create index service_by_service_type          on service (service_type, state, service_date desc, id desc);
create index service_by_name                  on service (name, service_date desc, id desc);
create index service_by_service_specification on service (service_specification_id, service_date desc, id desc);

drop index cancel_service_order_by_date;
drop index cancel_service_order_by_state;
drop index cancel_service_order_by_order;
create index cancel_service_order_by_date  on cancel_service_order (created desc, id desc);
create index cancel_service_order_by_state on cancel_service_order (state, created desc, id desc);
create index cancel_service_order_by_order on cancel_service_order (service_order_id, created desc, id desc);

drop index fallout_item_by_since;
drop index fallout_item_by_state;
drop index fallout_item_by_assignee;
create index fallout_item_by_since    on fallout_item (since desc, id desc);
create index fallout_item_by_state    on fallout_item (state, since desc, id desc);
create index fallout_item_by_assignee on fallout_item (assignee, state, since desc, id desc) where assignee is not null;

drop index job_by_created_date;
drop index job_by_state;
create index job_by_created_date on job (created_date desc, id desc);
create index job_by_state        on job (state, created_date desc, id desc);

-- What a job that is under way has done of the last date is looked at again: it is in a state that the job passes over.
update job_place set target_id = '~';

-- The planner's statistics went with the indexes: see 0040 and 0041.
delete from sqlite_stat1 where idx in ('service_order_by_order_date', 'service_order_by_state',
    'service_by_service_date', 'service_by_state', 'service_by_service_type', 'service_by_name', 'service_by_service_specification');
insert into sqlite_stat1 (tbl, idx, stat) values
    ('service_order', 'service_order_by_order_date',      '1000000 2 1'),
    ('service_order', 'service_order_by_state',           '1000000 100000 2 1'),
    ('service', 'service_by_service_date',          '1000000 2 1'),
    ('service', 'service_by_state',                 '1000000 100000 2 1'),
    ('service', 'service_by_service_type',          '1000000 10000 2000 2 1'),
    ('service', 'service_by_name',                  '1000000 5 2 1'),
    ('service', 'service_by_service_specification', '1000000 10000 2 1');
analyze sqlite_schema;
