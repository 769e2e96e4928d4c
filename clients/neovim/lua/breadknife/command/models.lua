--- `:Breadknife models`: which models there are, and which are on this machine; fetches them.
local message = require("breadknife.message")
local process = require("breadknife.command.process")
local server = require("breadknife.server")
local window = require("breadknife.command.window")

local M = {}

local HINT = "<Enter> fetches a model"

---@class breadknife.Model
---@field name string
---@field size integer in bytes
---@field default_for string[]
---@field path string|vim.NIL where its file is

---@param models breadknife.Model[]
---@param fetching table<string, string> how far those are that are being fetched, by name
---@return string[]
local function lines_of(models, fetching)
  local lines = { ("%-18s %8s  %-16s %s"):format("model", "size", "state", "used for") }
  for _, model in ipairs(models) do
    local is_here = type(model.path) == "string"
    local state = fetching[model.name] or (is_here and "on this machine" or "")
    local used = #model.default_for > 0 and table.concat(model.default_for, ", ") or "–"
    lines[#lines + 1] = ("%-18s %5.0f MB  %-16s %s"):format(model.name, model.size / 1e6, state, used)
  end
  return lines
end

--- Run `breadknife models list`.
---@param done fun(models?: breadknife.Model[], failure?: string)
local function ask(done)
  local out, err = {}, {} ---@type string[], string[]
  process.start(server.command_line("models", "list", "--json"), {
    out = function(line)
      out[#out + 1] = line
    end,
    err = function(line)
      err[#err + 1] = line
    end,
    exit = function(code)
      if code == 0 then
        done(vim.json.decode(table.concat(out, "\n")))
      else
        done(nil, (err[#err] or "no answer"):gsub("^breadknife: ", ""))
      end
    end,
  })
end

--- Open the page.
function M.run()
  if not server.is_installed() then
    return message.say("breadknife isn't installed; `:Breadknife setup` does that.", vim.log.levels.WARN)
  end
  local page = window.open("breadknife models", { "Waiting for `breadknife models list` …" })
  ask(function(models, failure)
    if not models then
      return page.set({ ("The models can't be listed: %s"):format(failure) })
    elseif not page.is_open() then
      return
    end
    local fetching = {} ---@type table<string, string>
    page.set(lines_of(models, fetching), HINT)
    vim.wo[page.win].wrap = false
    vim.wo[page.win].cursorline = true
    page.map("<CR>", function()
      local model = models[vim.api.nvim_win_get_cursor(page.win)[1] - 1] -- below the heading
      if not model or fetching[model.name] or type(model.path) == "string" then
        return
      end
      local function tell(said)
        fetching[model.name] = said
        page.set(lines_of(models, fetching), HINT)
      end
      tell("…")
      local last = ""
      process.start(server.command_line("models", "pull", model.name), {
        out = function() end,
        err = function(line)
          last = line:gsub("^breadknife: ", "")
          tell(line:match("(%S+ MB of %S+ MB)$") or fetching[model.name])
        end,
        exit = function(code)
          if code == 0 then
            model.path = ""
          end
          tell(code == 0 and "on this machine" or "failed")
          local said = code == 0 and model.name .. " is on this machine." or last
          message.say("breadknife: " .. said, code ~= 0 and vim.log.levels.ERROR or nil)
        end,
      })
    end)
  end)
end

return M
