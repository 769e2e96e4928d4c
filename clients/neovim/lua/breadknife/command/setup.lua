--- `:Breadknife setup`: a page that gets what is missing, and shows how far it is.
local install = require("breadknife.command.install")
local message = require("breadknife.message")
local parts = require("breadknife.command.parts")
local process = require("breadknife.command.process")
local server = require("breadknife.server")
local window = require("breadknife.command.window")

local M = {}

---@class breadknife.Run
---@field intro string[]
---@field steps breadknife.Step[] those that are still to be taken
---@field parts breadknife.Part[]
---@field window? breadknife.Window
---@field process? breadknife.Process
---@field installs boolean whether the program itself is installed or updated
---@field outcome? string[] what is said at the end
---@field is_stopped? boolean by the user

local current ---@type breadknife.Run? the one that goes on

---@param run breadknife.Run
local function draw(run)
  if not run.window or not run.window.is_open() then
    return
  end
  local lines = vim.list_extend({}, run.intro)
  for _, more in ipairs({ parts.lines(run.parts, run.window.width), run.outcome or {} }) do
    if #more > 0 then
      lines[#lines + 1] = ""
      vim.list_extend(lines, more)
    end
  end
  run.window.set(lines, not run.outcome and (current == run and "x stops it" or "<Enter> begins") or nil)
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
  server.put_on_path()
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

--- What a program that is too old is told to do.
---@return string[]
local function too_old()
  local remedy = install.is_ours() and "`:Breadknife setup` again updates it"
    or "update it the way you installed it, for example `pipx upgrade breadknife`"
  return { "This breadknife can't set itself up: " .. remedy .. "." }
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
    return too_old()
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
  local own = parts.named(run.parts, step.part)
  own.state = "running"
  draw(run)
  local said, reported = {}, false ---@type string[], boolean
  local function listen(line)
    local report = step.reports and parts.report_in(line)
    if report then
      reported = true
      local part = parts.named(run.parts, report.part)
      part.state, part.fraction, part.message = report.state, report.fraction, parts.message_of(report)
    else
      said[#said + 1] = line
      own.message = vim.trim(line)
    end
    draw(run)
  end
  run.process = process.start(step.line(), {
    out = listen,
    err = listen,
    exit = function(code)
      local is_over = code == 0 or (reported and not run.is_stopped) -- a part that failed has said so
      own.state, own.message = is_over and "done" or "failed", ""
      if is_over then
        go_on(run)
      else
        finish(run, failure(run, step, code, said), vim.log.levels.ERROR)
      end
    end,
  })
end

--- Show what there is of each part, before anything is done.
---@param run breadknife.Run
local function look(run)
  local reported = false
  run.process = process.start(server.command_line("setup", "--json"), {
    out = function(line)
      local report = parts.report_in(line)
      if report and current ~= run then
        reported = true
        local is_here = report.state == "done"
        if is_here or report.usual ~= false then -- what isn't fetched unasked is on the page of models
          local part = parts.named(run.parts, report.part)
          part.state = is_here and "done" or "waiting"
          part.message = is_here and "on this machine" or parts.message_of(report)
          draw(run)
        end
      end
    end,
    err = function() end,
    exit = function(code)
      if code == 2 and not reported and current ~= run then
        run.steps = {}
        finish(run, too_old(), vim.log.levels.ERROR)
      end
    end,
  })
end

---@param run breadknife.Run
---@param page? breadknife.Window that is open already
local function open(run, page)
  run.window = page or window.open("breadknife setup", run.intro)
  run.window.map("<CR>", function()
    if not current and not run.outcome and #run.steps > 0 then
      if run.process then
        run.process.stop()
      end
      current, run.parts = run, {}
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

--- Ask for the program itself, once there is a Python for it.
local function offer_program()
  local page = window.open("breadknife setup", { "Looking for Python 3.11 or newer …" })
  install.find_python(function(python)
    if not python then
      return page.set({
        "breadknife needs Python 3.11 or newer with the module `venv`, and found none.",
        "    → Install it. Debian, Ubuntu: `apt install python3-venv`; macOS: `brew install python`.",
      })
    elseif page.is_open() then
      local intro = {
        "The program breadknife isn't installed. This will",
        "  1. make a Python environment in " .. vim.fn.fnamemodify(server.environment(), ":~"),
        "  2. install breadknife there, with pip",
        "  3. get what it needs: the engine, the default models, LanguageTool",
        "pip gets packages from its index; all of it stays on this machine.",
        "It takes some minutes and about 1 GB. You can go on working meanwhile.",
      }
      local steps = { install.make_environment(python), install.install(), install.set_up() }
      open({ intro = intro, steps = steps, parts = {}, installs = true }, page)
    end
  end)
end

--- Open the page; of a set-up that is going on, or one that asks first.
function M.run()
  if current then
    return open(current)
  end
  local own = server.configured()
  if own and not server.is_installed() then
    window.open("breadknife setup", {
      ("Your configuration starts breadknife as `%s`, which wasn't found."):format(own[1]),
      "    → Correct `cmd` there, or leave it out and run `:Breadknife setup` again.",
    })
    return
  elseif not server.is_installed() then
    return offer_program()
  end
  local steps = { install.set_up() }
  local intro = { "breadknife gets what is missing: the engine, the default models, LanguageTool." }
  local is_ours = install.is_ours()
  if is_ours then
    steps = { install.install(), install.set_up() }
    intro[1] = "breadknife updates itself, then gets what is missing: engine, models, LanguageTool."
  end
  local run = { intro = intro, steps = steps, parts = {}, installs = is_ours } ---@type breadknife.Run
  open(run)
  if not run.installs then
    look(run)
  end
end

return M
