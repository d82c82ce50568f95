//! The Lua scripts that Redis runs atomically. The first key of each is the stream of news.

use ::redis::Script;

/// Shared code of the scripts. `ARGV[1]` is the time that a test sets, otherwise empty.
const COMMON: &str = r"
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function text(number) return string.format('%.0f', number) end
local function report(key, left, room_at, until_at)
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', 20000, '*', 'k', key, 'l', left, 'r', text(room_at), 'u', text(until_at))
end
local function standing(key, limit, window)
  local count = redis.call('ZCARD', key)
  local too_many = math.max(count - limit, 0)
  local next = redis.call('ZRANGE', key, too_many, too_many, 'WITHSCORES')[2]
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  return math.max(limit - count, 0), next and next + window or now, last and last + window or now
end
";

/// Charges all keys or none, atomically. Each key is a sorted set of calls by their milliseconds.
///
/// ARGV: the time, a name for this call, then limit and window of each key. Returns whether it was allowed,
/// then for each key how many calls are left, in how long one more will be, and in how long all will be. A
/// call in the future, left by a clock that was set back, counts as a current one.
const CHARGE: &str = r"
local allowed = 1
for i = 2, #KEYS do
  local key, limit, window = KEYS[i], tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. text(now), '+inf')) do
    redis.call('ZADD', key, now, call)
  end
  if redis.call('ZCARD', key) >= limit then allowed = 0 end
end
local answer = { allowed }
for i = 2, #KEYS do
  local key, limit, window = KEYS[i], tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  if allowed == 1 then
    redis.call('ZADD', key, now, ARGV[2])
    redis.call('PEXPIRE', key, window)
  end
  local left, room_at, until_at = standing(key, limit, window)
  if allowed == 1 then report(key, left, room_at, until_at) end
  table.insert(answer, left)
  table.insert(answer, room_at - now)
  table.insert(answer, until_at - now)
end
return answer
";

/// Writes calls that were granted elsewhere, whatever the limit, and removes refused ones. Returns the news
/// after an entry of the stream: the time, then id, key, what is left, when one more will be and when all
/// will be, of each.
///
/// ARGV: the time, the entry, then of each key the name of the call, its age (-1 if it was refused), window and limit.
const CATCH_UP: &str = r"
for i = 2, #KEYS do
  local key, window, limit = KEYS[i], tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2])
  local call, age = ARGV[4 * i - 5], tonumber(ARGV[4 * i - 4])
  if age < 0 then
    redis.call('ZREM', key, call)
  elseif age < window then
    redis.call('ZADD', key, 'NX', now - age, call)
    redis.call('PEXPIRE', key, window)
  end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if age < window then
    report(key, standing(key, limit, window))
  end
end
local answer = { text(now) }
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', 500)) do
  local fields = entry[2]
  for _, value in ipairs({ entry[1], fields[2], fields[4], fields[6], fields[8] }) do
    table.insert(answer, value)
  end
end
return answer
";

/// Deletes the calls of keys.
const RESET: &str = r"
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
  report(KEYS[i], -1, now, now)
end
";

/// The scripts, ready to be run.
pub(super) struct Scripts {
    pub(super) charge: Script,
    pub(super) catch_up: Script,
    pub(super) reset: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        let script = |body: &str| Script::new(&format!("{COMMON}{body}"));
        Self { charge: script(CHARGE), catch_up: script(CATCH_UP), reset: script(RESET) }
    }
}
