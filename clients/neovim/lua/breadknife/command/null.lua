--- `:Breadknife null`: what checkers say of null, sorted, in the quickfix list.
local message = require("breadknife.message")
local process = require("breadknife.command.process")
local server = require("breadknife.server")

local M = {}

local SECTIONS = {
  ["can happen"] = { rank = 1, type = "E" },
  ["unclear"] = { rank = 1, type = "E" },
  ["life cycle"] = { rank = 2, type = "W" },
  ["checker noise"] = { rank = 3, type = "I" },
}

---@class breadknife.NullGroup
---@field sort string
---@field why string
---@field patch? { title: string }
---@field findings { path: string, line: integer, column: integer, message: string }[]

---@type string? the folder that was sorted last: the quickfix window is in none
local sorted_last

--- The folder of the file that is open, whether or not the server has come up there.
---@return string
local function folder_here()
  local file = vim.api.nvim_buf_get_name(0)
  if file == "" or vim.bo.buftype ~= "" then
    return sorted_last or vim.fs.normalize(vim.fn.getcwd())
  end
  local client = server.client()
  local root = client and client.root_dir or vim.fs.root(0, vim.lsp.config.breadknife.root_markers)
  return vim.fs.normalize(root or vim.fs.dirname(file))
end

--- What others than breadknife have found in a folder.
---@param folder string
---@return table[]
local function reported(folder)
  local found = {}
  for _, each in ipairs(vim.diagnostic.get()) do
    local path = vim.fs.normalize(vim.api.nvim_buf_get_name(each.bufnr))
    if each.source and each.source ~= "nullcheck" and vim.startswith(path, folder .. "/") then
      found[#found + 1] = {
        path = path,
        source = each.source,
        code = tostring(each.code or ""),
        message = each.message,
        range = vim.tbl_get(each, "user_data", "lsp", "range"),
      }
    end
  end
  return vim.tbl_filter(function(each)
    return each.range ~= nil
  end, found)
end

---@param groups breadknife.NullGroup[]
---@param folder string
---@param is_noise boolean whether the noise is shown, or all else
---@return table[] items of a quickfix list
local function items(groups, folder, is_noise)
  local shown = {}
  for _, group in ipairs(groups) do
    local section = SECTIONS[group.sort]
    if section and (section.rank == 3) == is_noise then
      for _, finding in ipairs(group.findings) do
        shown[#shown + 1] = {
          filename = vim.fs.joinpath(folder, finding.path),
          lnum = finding.line,
          col = finding.column,
          type = section.type,
          text = group.patch and ("%s → %s"):format(group.why, group.patch.title) or group.why,
        }
      end
    end
  end
  return shown
end

---@param what? "check"|"noise" `check`: run the project's own checkers; `noise`: show what isn't worth reading
function M.run(what)
  local folder = folder_here()
  sorted_last = folder
  local found = what == "check" and {} or reported(folder)
  local from = #found > 0 and "-" or "checker"
  local line = server.command_line("null", "triage", "--folder", folder, "--from", from, "--json")
  local input = #found > 0 and vim.json.encode({ diagnostics = found }) or nil
  message.say("breadknife: sorting null findings.")
  process.run(line, input, function(result)
    local ok, sorted = pcall(vim.json.decode, result.stdout, { luanil = { object = true } })
    if not ok or not sorted or not sorted.groups then
      local said = vim.split(vim.trim(result.stderr), "\n")
      return message.say(said[#said], vim.log.levels.ERROR)
    end
    local read = sorted.bugs + sorted.unclear
    local noun = sorted.findings == 1 and "finding" or "findings"
    local title = ("%d %s about null, %d to read"):format(sorted.findings, noun, read)
    local shown = items(sorted.groups, folder, what == "noise")
    vim.fn.setqflist({}, " ", { title = title, items = shown })
    message.say("breadknife: " .. title .. ".")
    if #shown > 0 then
      vim.cmd.copen()
    end
  end)
end

return M
