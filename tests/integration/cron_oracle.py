"""Answers "when does this cron expression fire next?" with python3-croniter and zoneinfo.

Usage: cron_oracle.py QUESTIONS ANSWERS, both files of one JSON value a line.
A question is {"cron", "zone", "gap", "fold", "from", "count"} with `from` in Unix seconds; its
answer is a list of Unix seconds, or null when croniter finds no match within fifty years.

croniter says which wall clock times match, on a clock that never changes; its own handling of
clock changes is known to be wrong. What those times mean in the zone is decided here with Python's
zoneinfo, from the same words that core/schedule.h uses.
"""
import datetime
import json
import re
import sys
import zoneinfo

try:
    from croniter import CroniterBadDateError, croniter
except ImportError:
    sys.exit("python3-croniter is missing; ./bootstrap test installs it")

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)


def to_croniter(text):
    """croniter wants seconds last, `?` as `*` and the last Friday as L5.

    With six fields it takes 7 for a day of its own, so Sunday is written as 0.
    """
    if text.startswith("@"):
        return text
    fields = ["*" if field == "?" else field for field in text.split()]
    if len(fields) == 6:
        fields = fields[1:] + fields[:1]
        sunday = {"7": "0", "5-7": "5,6,0", "*/1": "*"}
        fields[4] = ",".join(sunday.get(day, day) for day in fields[4].split(","))
        fields[4] = fields[4].replace("7#", "0#")
    fields[4] = re.sub(r"\b(\d)L\b", r"L\1", fields[4])
    return " ".join(fields)


def follows_elapsed_time(text):
    """The hour field is a step over the whole day, or lets every hour pass."""
    if text.startswith("@"):
        return text == "@hourly"
    expression = to_croniter(text)
    if re.fullmatch(r"(\*|0-23|0(?=/))(/\d+)?", expression.split()[1]):
        return True
    return croniter.expand(expression)[0][1] == ["*"]


class Clock:
    """Wall clock seconds of one zone, as Unix seconds read as if they were UTC."""

    def __init__(self, name):
        self.zone = zoneinfo.ZoneInfo(name)

    def offset_at(self, utc_s):
        moment = datetime.datetime.fromtimestamp(utc_s, UTC).astimezone(self.zone)
        return int(moment.utcoffset().total_seconds())

    def offsets_of(self, local_s):
        """The offsets of a wall clock time, in fold order; they differ in a gap and a fold."""
        wall = EPOCH + datetime.timedelta(seconds=local_s)
        return [int(wall.replace(fold=fold, tzinfo=self.zone).utcoffset().total_seconds())
                for fold in (0, 1)]

    def change_between(self, low, high):
        """The moment in (low, high] from which the offset of `high` holds."""
        after = self.offset_at(high)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset_at(middle) == after:
                high = middle
            else:
                low = middle
        return high

    def fold_start(self, local_s):
        """The first wall clock second of the fold that holds `local_s`."""
        first = local_s - local_s % 60
        while True:
            before, after = self.offsets_of(first - 60)
            if before <= after:
                return first
            first -= 60


def moments(clock, local_s, question, elapsed):
    """The Unix seconds at which a matching wall clock time is due, and the first it can mean."""
    before, after = clock.offsets_of(local_s)
    if before == after:
        return [local_s - before], local_s - before
    if before > after:
        both = elapsed or question["fold"] == "both"
        first, second = local_s - before, local_s - after
        return ([first, second] if both else [first]), first
    change = clock.change_between(local_s - after, local_s - before)
    runs = not elapsed and question["gap"] == "run_after"
    return ([change] if runs else []), change


def answer(question):
    clock = Clock(question["zone"])
    elapsed = follows_elapsed_time(question["cron"])
    begin, count = question["from"], question["count"]
    local = begin + clock.offset_at(begin)
    before, after = clock.offsets_of(local)
    if before > after and local - before == begin:
        local = clock.fold_start(local) - 1
    found = set()
    matches = croniter(to_croniter(question["cron"]), float(local), ret_type=float)
    while True:
        try:
            due, first = moments(clock, int(matches.get_next()), question, elapsed)
        except CroniterBadDateError:
            return None
        found.update(moment for moment in due if moment > begin)
        nearest = sorted(found)[:count]
        if len(nearest) == count and first > nearest[-1]:
            return nearest


def main():
    with open(sys.argv[1]) as questions, open(sys.argv[2], "w") as answers:
        for line in questions:
            answers.write(json.dumps(answer(json.loads(line))) + "\n")


main()
