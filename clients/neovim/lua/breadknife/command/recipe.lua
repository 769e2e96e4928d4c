--- `:Breadknife recipe`: which recipes there are, and new ones.
local message = require("breadknife.message")
local pages = require("breadknife.command.pages")
local process = require("breadknife.command.process")
local server = require("breadknife.server")

local M = {}

--- Write a recipe, and open it.
---@param name string
local function new(name)
  local out, err = {}, {} ---@type string[], string[]
  local function keep(lines)
    return function(line)
      lines[#lines + 1] = line
    end
  end
  process.start(server.command_line("recipes", "new", name), {
    out = keep(out),
    err = keep(err),
    exit = function(code)
      local path = out[1] -- what to do next follows
      if code ~= 0 or not path then
        local said = (err[#err] or "no answer"):gsub("^breadknife: ", "")
        return message.say("breadknife: " .. said, vim.log.levels.ERROR)
      end
      vim.cmd.edit(vim.fn.fnameescape(path))
    end,
  })
end

---@param what? "new"|"check"
---@param name? string
function M.run(what, name)
  if what == "new" then
    if name then
      return new(name)
    end
    return vim.ui.input({ prompt = "Name of the recipe: " }, function(given)
      if given and given ~= "" then
        new(given)
      end
    end)
  end
  pages.printed("breadknife recipes", { "recipes", what or "list" })
end

return M
