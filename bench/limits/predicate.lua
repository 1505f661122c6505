-- The condition of bench/predicate.c over the same customers: nanoseconds of the processor for one, the best of three rounds.
local CUSTOMERS, TURNS, COUNTRY = 1000, 1000, {"CN", "DE", "FR"}
local customer = {}
for i = 0, CUSTOMERS - 1 do
  customer[i + 1] = {age = 10 + i % 60, total = 50 + i % 200, country = COUNTRY[i % 3 + 1]}
end

local function holds(c)
  return c.age >= 18 and c.total > 100 and c.country == "CN"
end

local best
for _ = 1, 3 do
  local from, passed = os.clock(), 0
  for _ = 1, TURNS do
    for i = 1, CUSTOMERS do
      if holds(customer[i]) then passed = passed + 1 end
    end
  end
  local ns = (os.clock() - from) * 1e9 / CUSTOMERS / TURNS
  assert(passed > 0)
  if best == nil or ns < best then best = ns end
end
print(string.format('{"ns": %.1f}', best))
