--- `:Breadknife setup`: a page that gets what is missing, and shows how far it is.
local install = require("breadknife.command.install")
local message = require("breadknife.message")
local process = require("breadknife.command.process")
local server = require("breadknife.server")
local window = require("breadknife.command.window")

local M = {}

---@class breadknife.Part
---@field name string
---@field state "waiting"|"running"|"done"|"failed"|"skipped"
---@field message string
---@field fraction? number

---@class breadknife.Run
---@field intro string[]
---@field steps breadknife.Step[] those that are still to be taken
---@field parts breadknife.Part[]
---@field window? breadknife.Window
---@field process? breadknife.Process
---@field installs boolean whether the program itself is installed or updated
---@field outcome? string[] what is said at the end
---@field is_stopped? boolean by the user

local current ---@type breadknife.Run? the one that hasn't ended

local BAR = 10 -- cells
local marks = { waiting = " ", running = "…", done = "✓", failed = "✗", skipped = "–" }

---@param part breadknife.Part
---@param width integer
---@return string
local function line_of(part, width)
  local line = (" %s %-12s "):format(marks[part.state], part.name)
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

---@param run breadknife.Run
local function draw(run)
  if not run.window or not run.window.is_open() then
    return
  end
  local lines = vim.list_extend({}, run.intro)
  if #run.parts > 0 then
    lines[#lines + 1] = ""
  end
  for _, part in ipairs(run.parts) do
    lines[#lines + 1] = line_of(part, run.window.width)
  end
  local hint = not run.outcome and (current == run and "x stops it" or "<Enter> begins") or nil
  run.window.set(vim.list_extend(lines, run.outcome and vim.list_extend({ "" }, run.outcome) or {}), hint)
end

---@param run breadknife.Run
---@param name string
---@return breadknife.Part
local function part_of(run, name)
  for _, part in ipairs(run.parts) do
    if part.name == name then
      return part
    end
  end
  local part = { name = name, state = "waiting", message = "" } ---@type breadknife.Part
  run.parts[#run.parts + 1] = part
  return part
end

---@param run breadknife.Run
---@param outcome string[]
---@param level? integer
local function finish(run, outcome, level)
  current = nil
  run.outcome = outcome
  draw(run)
  if not run.window or not run.window.is_open() then
    message.say("breadknife: " .. outcome[1], level)
  end
end

---@param run breadknife.Run
local function conclude(run)
  if vim.lsp.is_enabled("breadknife") and (run.installs or not server.client()) then
    server.restart()
  end
  local failed = vim.iter(run.parts):any(function(part)
    return part.state == "failed"
  end)
  if failed then
    finish(run, { "Some of it failed. `:Breadknife setup` tries that again." }, vim.log.levels.WARN)
  else
    finish(run, { "breadknife is ready. Open a file and type." })
  end
end

--- What a line of `breadknife setup --json` says of a part; nil for any other line.
---@param line string
---@return { part: string, state: string, message?: string, fraction?: number }?
local function report_in(line)
  local ok, value = pcall(vim.json.decode, line, { luanil = { object = true } })
  return ok and type(value) == "table" and type(value.part) == "string" and marks[value.state] and value or nil
end

---@param run breadknife.Run
---@param step breadknife.Step
---@param code integer
---@param said string[] what it wrote beside its reports
---@return string[]
local function failure(run, step, code, said)
  if run.is_stopped then
    return { "Stopped. `:Breadknife setup` goes on where it was." }
  elseif step.reports and code == 2 then
    local remedy = install.is_ours() and "`:Breadknife setup` again updates it"
      or "update it the way you installed it, for example `pipx upgrade breadknife`"
    return { "This breadknife can't set itself up: " .. remedy .. "." }
  end
  local first = ("`%s` failed with exit code %d:"):format(vim.fs.basename(step.line()[1]), code)
  return vim.list_extend({ first }, vim.list_slice(said, math.max(1, #said - 5)))
end

--- Take the next step, and those after it.
---@param run breadknife.Run
local function go_on(run)
  local step = table.remove(run.steps, 1)
  if not step then
    return conclude(run)
  end
  local own = part_of(run, step.part)
  own.state = "running"
  draw(run)
  local said, reported = {}, false ---@type string[], boolean
  local function listen(line)
    local report = step.reports and report_in(line)
    local part = report and part_of(run, report.part) or own
    if report then
      reported = true
      part.state, part.fraction = report.state, report.fraction
    else
      said[#said + 1] = line
    end
    part.message = vim.trim(report and report.message or line)
    draw(run)
  end
  run.process = process.start(step.line(), {
    out = listen,
    err = listen,
    exit = function(code)
      own.state, own.message = code == 0 and "done" or "failed", ""
      if code == 0 or (reported and not run.is_stopped) then -- a part that failed has said so
        go_on(run)
      else
        finish(run, failure(run, step, code, said), vim.log.levels.ERROR)
      end
    end,
  })
end

---@param run breadknife.Run
local function open(run)
  run.window = window.open("breadknife setup", run.intro)
  run.window.map("<CR>", function()
    if not current and not run.outcome and #run.steps > 0 then
      current = run
      go_on(run)
    end
  end)
  run.window.map("x", function()
    if current == run and run.process then
      run.is_stopped = true
      run.process.stop()
    end
  end)
  draw(run)
end

---@param lines string[]
local function refuse(lines)
  window.open("breadknife setup", lines)
end

--- Open the page; of a set-up that is going on, or one that asks first.
function M.run()
  if current then
    return open(current)
  end
  local own = server.configured()
  if own and not server.is_installed() then
    return refuse({
      ("Your configuration starts breadknife as `%s`, which wasn't found."):format(own[1]),
      "    → Correct `cmd` there, or leave it out and run `:Breadknife setup` again.",
    })
  end
  local steps, intro = { install.set_up() }, { "breadknife gets what is still missing: engine, models, LanguageTool." }
  local installs = not server.is_installed() or install.is_ours()
  if not server.is_installed() then
    local python = install.find_python()
    if not python then
      return refuse({
        "breadknife needs Python 3.11 or newer with the module `venv`, and found none.",
        "    → Install it. Debian, Ubuntu: `apt install python3-venv`; macOS: `brew install python`.",
      })
    end
    steps = { install.make_environment(python), install.install(), install.set_up() }
    intro = {
      "The program breadknife isn't installed. This will",
      "  1. make a Python environment in " .. vim.fn.fnamemodify(server.environment(), ":~"),
      "  2. install breadknife there, with pip",
      "  3. get what it needs: engine, models, LanguageTool",
      "It takes some minutes and about 1 GB. You can go on working meanwhile.",
    }
  elseif installs then
    steps = { install.install(), install.set_up() }
    intro[1] = "breadknife updates itself, then gets what is still missing: engine, models, LanguageTool."
  end
  open({ intro = intro, steps = steps, parts = {}, installs = installs })
end

return M
