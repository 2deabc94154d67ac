-- What the planner is to think of the indexes: many orders, a handful of states, few orders of one external id. Written
-- here and not measured, so that plans are the same whatever the data, and on an empty database too.
analyze service_order;
delete from sqlite_stat1 where tbl = 'service_order';
insert into sqlite_stat1 (tbl, idx, stat) values
    ('service_order', 'sqlite_autoindex_service_order_1', '1000000 1'),
    ('service_order', 'service_order_by_order_date',      '1000000 2 1'),
    ('service_order', 'service_order_by_state',           '1000000 100000 2 1'),
    ('service_order', 'service_order_by_external_id',     '1000000 2');
analyze sqlite_schema;
