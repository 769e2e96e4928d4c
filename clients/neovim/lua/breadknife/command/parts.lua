--- The parts of a set-up, as `breadknife setup --json` reports them, and their lines on the page.
local M = {}

---@alias breadknife.PartState "waiting"|"running"|"done"|"failed"|"skipped"

---@class breadknife.Part
---@field name string
---@field state breadknife.PartState
---@field message string
---@field fraction? number

---@class breadknife.Report
---@field part string
---@field state breadknife.PartState
---@field message? string
---@field fraction? number
---@field bytes_done? integer
---@field bytes_total? integer
---@field usual? boolean whether it is fetched unless a user names what to fetch

local BAR = 10 -- cells
local marks = { waiting = " ", running = "…", done = "✓", failed = "✗", skipped = "–" }

--- What a line of the program says of a part; nil for any other line, and for editors, of which this is one.
---@param line string
---@return breadknife.Report?
function M.report_in(line)
  local ok, value = pcall(vim.json.decode, line, { luanil = { object = true } })
  local is_report = ok and type(value) == "table" and type(value.part) == "string" and marks[value.state] ~= nil
  return is_report and not vim.startswith(value.part, "editor:") and value or nil
end

--- What a report says, with the bytes that it counts.
---@param report breadknife.Report
---@return string
function M.message_of(report)
  local text = vim.trim(report.message or "")
  if report.bytes_total and report.bytes_total > 0 then
    local total = ("%.0f MB"):format(report.bytes_total / 1e6)
    local done = report.bytes_done and ("%.0f of "):format(report.bytes_done / 1e6) or ""
    return ("%s, %s%s"):format(text, done, total)
  end
  return text
end

--- The part of that name, added to the others if there is none.
---@param parts breadknife.Part[]
---@param name string
---@return breadknife.Part
function M.named(parts, name)
  for _, part in ipairs(parts) do
    if part.name == name then
      return part
    end
  end
  parts[#parts + 1] = { name = name, state = "waiting", message = "" }
  return parts[#parts]
end

---@param part breadknife.Part
---@param name_width integer
---@param width integer
---@return string
local function line_of(part, name_width, width)
  local name = part.name .. (" "):rep(name_width - vim.fn.strdisplaywidth(part.name))
  local line = (" %s %s  "):format(marks[part.state], name)
  if part.state == "running" and part.fraction then
    local full = math.floor(part.fraction * BAR)
    line = line .. ("█"):rep(full) .. ("░"):rep(BAR - full) .. (" %3d %%  "):format(part.fraction * 100)
  end
  local room = width - vim.fn.strdisplaywidth(line)
  local said = part.message
  if part.state == "running" and vim.fn.strdisplaywidth(said) > room then
    said = vim.fn.strcharpart(said, 0, math.max(room - 1, 0)) .. "…"
  end
  return line .. said
end

--- A line for each part.
---@param parts breadknife.Part[]
---@param width integer of the page, in cells
---@return string[]
function M.lines(parts, width)
  local name_width = 11
  for _, part in ipairs(parts) do
    name_width = math.max(name_width, vim.fn.strdisplaywidth(part.name))
  end
  return vim.tbl_map(function(part)
    return line_of(part, name_width, width)
  end, parts)
end

return M
