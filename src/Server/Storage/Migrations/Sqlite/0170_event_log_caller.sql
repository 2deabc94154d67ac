-- Who made the change that an event tells of, and the W3C traceparent of the call that made it; null where there is none, and
-- in events of before.
alter table event_log add column actor text;
alter table event_log add column trace text;
