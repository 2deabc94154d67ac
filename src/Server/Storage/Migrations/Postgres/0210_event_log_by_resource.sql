-- The history of one resource is found without reading the log.
create index event_log_by_resource on event_log (resource_id, position);
