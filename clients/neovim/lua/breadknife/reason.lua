--- Why something that the user has chosen wasn't done, and what helps.
local message = require("breadknife.message")

local M = {}

--- What is done against a reason of the server's at once.
---@type table<string, fun()>
local helps = {
  ["no-shelf"] = function()
    require("breadknife.command.shelf").ask_for_folder()
  end,
}

---@class breadknife.Reason what `breadknife/showReason` brings
---@field title string
---@field reason string
---@field sentence string
---@field remedy string

---@param reason breadknife.Reason
function M.show(reason)
  local remedy = reason.remedy ~= "" and (" → %s"):format(reason.remedy) or ""
  message.say(("breadknife: “%s”: %s%s"):format(reason.title, reason.sentence, remedy))
  local help = helps[reason.reason]
  if help then
    help()
  end
end

return M
