-- Old runs may be removed: whole, in one transaction, and only when they have ended. A row of run_removals is
-- what allows it. It stays until the logs of the run are gone too.
CREATE TABLE run_removals (
  run_id INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER run_removals_ended BEFORE INSERT ON run_removals
WHEN NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id AND ended_at > 0
                 AND state NOT IN ('queued', 'running'))
BEGIN SELECT RAISE(FAIL, 'only a run that has ended is removed'); END;

DROP TRIGGER attempts_stay;
DROP TRIGGER events_stay;
CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
WHEN NOT EXISTS (SELECT 1 FROM run_removals WHERE run_id = OLD.run_id)
BEGIN SELECT RAISE(FAIL, 'an attempt that ended is only deleted with its run'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
WHEN NOT EXISTS (SELECT 1 FROM run_removals WHERE run_id = OLD.run_id)
BEGIN SELECT RAISE(FAIL, 'an event is only deleted with its run'); END;
CREATE TRIGGER tasks_stay BEFORE DELETE ON tasks
WHEN NOT EXISTS (SELECT 1 FROM run_removals WHERE run_id = OLD.run_id)
BEGIN SELECT RAISE(FAIL, 'a task is only deleted with its run'); END;
CREATE TRIGGER runs_stay BEFORE DELETE ON runs
WHEN NOT EXISTS (SELECT 1 FROM run_removals WHERE run_id = OLD.run_id)
BEGIN SELECT RAISE(FAIL, 'a run is only deleted when it was marked for removal'); END;
