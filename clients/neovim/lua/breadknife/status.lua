--- What `:Breadknife status` shows: the same as `breadknife status` in a terminal.
local M = {}

---@param seconds number
---@return string
local function duration(seconds)
  local minutes = math.floor(seconds / 60)
  if minutes >= 60 then
    return ("%d h %d min"):format(math.floor(minutes / 60), minutes % 60)
  end
  return minutes > 0 and ("%d min %d s"):format(minutes, seconds % 60) or ("%d s"):format(seconds)
end

---@param at number Unix time
---@return string
local function moment(at)
  return os.date(os.date("%x", at) == os.date("%x") and "%H:%M:%S" or "%Y-%m-%d %H:%M:%S", at) --[[@as string]]
end

---@param values any[]?
---@param line fun(value: any): string
---@return string[]
local function each(values, line)
  return vim.tbl_map(line, values or {})
end

---@param engine table<string, any>
---@return string[]
local function engine_lines(engine)
  local process = "engine   process %d, up %s, %.0f MB in memory"
  local clients = each(engine.clients, function(client)
    return ("%s (%d)"):format(client.name, client.pid)
  end)
  return vim
    .iter({
      process:format(engine.pid, duration(engine.uptime), engine.resident_bytes / 1e6),
      "clients  " .. (#clients > 0 and table.concat(clients, ", ") or "none"),
      each(engine.models, function(model)
        local held = "loaded   %s: %.0f MB, idle %s, %d of %d tokens held"
        return held:format(model.name, model.bytes / 1e6, duration(model.idle), model.cached_tokens, model.cells)
      end),
      each(engine.set_aside, function(name)
        return ("%s is set aside: the engine died over it; `breadknife models allow %s`"):format(name, name)
      end),
      each(vim.list_slice(engine.failures, 1, 3), function(failure)
        return ("failed   %s %s: %s"):format(moment(failure.at), failure.what, failure.message)
      end),
    })
    :flatten()
    :totable()
end

---@param status table<string, any> what the server answers to `breadknife.status`
---@return string[]
function M.lines(status)
  local function given(value)
    return value ~= nil and value ~= vim.NIL
  end
  local lines = { "breadknife " .. status.version .. (status.offline == true and ", offline" or "") }
  vim.list_extend(
    lines,
    given(status.engine) and engine_lines(status.engine) or { "engine   not running; whoever needs it first starts it" }
  )
  vim.list_extend(lines, each(status.remotes, function(remote)
    return remote.sentence
  end))
  vim.list_extend(lines, each(status.models, function(model)
    local where = given(model.path) and model.path
      or model.name:find(":", 1, true) and "of another engine"
      or "not on this machine"
    return ("model    %s (%s): %s"):format(model.name, table.concat(model.roles, ", "), where)
  end))
  local plugins = each(status.plugins, function(plugin)
    return plugin.name .. (plugin.enabled and "" or " (off)")
  end)
  lines[#lines + 1] = "plugins  " .. table.concat(plugins, ", ")
  vim.list_extend(lines, status.problems or {})
  vim.list_extend(lines, each(vim.list_slice(status.failures or {}, 1, 3), function(receipt)
    return ("failed   %s %s by %s: %s"):format(moment(receipt.at), receipt.request, receipt.plugin, receipt.sentence)
  end))
  return each(lines, function(line)
    return (line:gsub("%s*\n%s*", " "))
  end)
end

return M
