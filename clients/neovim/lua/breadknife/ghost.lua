--- Suggestions as ghost text: asks the server after every change, shows the answer, accepts it.
---
--- Neovim 0.12 has `vim.lsp.inline_completion`. It waits 200 ms after each key and has no way to accept a word or a
--- line, so this works there too, and stands aside in buffers where the user has enabled that one.
local suggestions = require("breadknife.suggestion")

local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("breadknife.ghost")
local group = api.nvim_create_augroup("breadknife.ghost", {})

---@class breadknife.Place what an answer was asked for
---@field bufnr integer
---@field tick integer
---@field row integer 0-based
---@field column integer in bytes

---@class breadknife.Shown
---@field bufnr integer
---@field suggestions breadknife.Suggestion[] alternatives
---@field current integer index of the one on screen
---@field keys table<string, table|false> keys mapped while it shows -> the buffer's own mapping, if it had one

---@class breadknife.Pending
---@field client vim.lsp.Client
---@field id integer
---@field outdated? boolean the server has more by now than it may have answered

local INVOKED, AUTOMATIC = 1, 2 -- the protocol's InlineCompletionTriggerKind

-- There is one cursor, so there is one of each.
local shown ---@type breadknife.Shown?
local asked ---@type breadknife.Place?
local dismissed ---@type breadknife.Place?
local pending ---@type breadknife.Pending?

local clients = {} ---@type table<integer, vim.lsp.Client> by buffer

---@param bufnr integer
---@return breadknife.Place
local function current_place(bufnr)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  return { bufnr = bufnr, tick = api.nvim_buf_get_changedtick(bufnr), row = row - 1, column = column }
end

---@param bufnr integer
---@param suggestion breadknife.Suggestion
---@return string? missing
---@return string? covered
local function missing_at_cursor(bufnr, suggestion)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  if row - 1 < suggestion.row then
    return nil
  end
  local before = api.nvim_buf_get_text(bufnr, suggestion.row, 0, row - 1, column, {})
  local behind = api.nvim_get_current_line():sub(column + 1)
  return suggestions.missing(suggestion, table.concat(before, "\n"), behind)
end

---@param bufnr integer
---@return table<string, table|false>
local function map_keys(bufnr)
  local kept = {} ---@type table<string, table|false>
  for action, key in pairs(require("breadknife").options.keys) do
    if key and action ~= "suggest" then
      local own = vim.fn.maparg(key, "i", false, true)
      kept[key] = own.buffer == 1 and own or false
      local plug = ("<Plug>(breadknife-%s)"):format(action:gsub("_", "-"))
      vim.keymap.set("i", key, plug, { buffer = bufnr, remap = true, desc = "breadknife: " .. action })
    end
  end
  return kept
end

---@param bufnr integer
---@param kept table<string, table|false>
local function restore_keys(bufnr, kept)
  api.nvim_buf_call(bufnr, function()
    for key, own in pairs(kept) do
      pcall(vim.keymap.del, "i", key, { buffer = bufnr }) -- another plugin may have taken it away
      if own then
        vim.fn.mapset(own)
      end
    end
  end)
end

local function hide()
  local was = shown
  shown = nil
  if was and api.nvim_buf_is_valid(was.bufnr) then
    api.nvim_buf_clear_namespace(was.bufnr, namespace, 0, -1)
    restore_keys(was.bufnr, was.keys)
  end
end

---@param bufnr integer
---@param pieces breadknife.Piece[]
local function draw(bufnr, pieces)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for _, piece in ipairs(pieces) do
    local lines = vim.split(piece.text, "\n", { plain = true })
    local virtual = vim.tbl_map(function(line)
      return { { line, "BreadknifeGhost" } }
    end, lines) ---@type [string, string][][]
    api.nvim_buf_set_extmark(bufnr, namespace, row - 1, column + piece.offset, {
      virt_text = virtual[1],
      virt_text_pos = "inline",
      virt_lines = #virtual > 1 and vim.list_slice(virtual, 2) or nil,
      hl_mode = "combine",
    })
  end
end

--- Show what is missing of a suggestion, or of the next one that still fits, or nothing when none does.
---@param bufnr integer
---@param alternatives breadknife.Suggestion[]
---@param current integer index of the first to try
local function show(bufnr, alternatives, current)
  for step = 0, #alternatives - 1 do
    local index = (current + step - 1) % #alternatives + 1
    local suggestion = alternatives[index]
    local missing, covered = missing_at_cursor(bufnr, suggestion)
    local pieces = missing and covered and suggestions.pieces(missing, covered, suggestion.rest)
    if pieces then
      draw(bufnr, pieces)
      local keys = shown and shown.keys or map_keys(bufnr)
      shown = { bufnr = bufnr, suggestions = alternatives, current = index, keys = keys }
      return
    end
  end
  hide()
end

local function cancel_pending()
  if pending then
    pending.client:cancel_request(pending.id)
    pending = nil
  end
end

local function leave()
  cancel_pending()
  asked, dismissed = nil, nil
  hide()
end

---@param item lsp.InlineCompletionItem
---@param place breadknife.Place
---@param client vim.lsp.Client
---@return breadknife.Suggestion?
local function from_item(item, place, client)
  local encoding = client.offset_encoding
  if type(item.insertText) ~= "string" then
    return nil -- a snippet: can't be shown as the text that it will be
  end
  local line = api.nvim_buf_get_lines(place.bufnr, place.row, place.row + 1, true)[1]
  local first, last = place.column, place.column
  if item.range then
    if item.range.start.line ~= place.row or item.range["end"].line ~= place.row then
      return nil -- the protocol wants it on the cursor's line
    end
    first = vim.str_byteindex(line, encoding, item.range.start.character, false)
    last = vim.str_byteindex(line, encoding, item.range["end"].character, false)
  end
  local suggestion = suggestions.new(line, first, last, place.row, item.insertText)
  if item.command then
    suggestion.taken = function()
      client:exec_cmd(item.command, { bufnr = place.bufnr })
    end
  end
  return suggestion
end

---@param place breadknife.Place
---@return boolean
local function is_here(place)
  return api.nvim_get_mode().mode:sub(1, 1) == "i"
    and vim.deep_equal(place, current_place(api.nvim_get_current_buf()))
end

---@param place breadknife.Place
---@param client vim.lsp.Client
---@param result? lsp.InlineCompletionList|lsp.InlineCompletionItem[]
---@param step integer how far to go on from the suggestion that is on screen
local function on_answer(place, client, result, step)
  if not is_here(place) then
    return -- the user has moved on; what is shown by now is the next question's business
  end
  local alternatives = {} ---@type breadknife.Suggestion[]
  local first = 1
  for _, item in ipairs(result and (result.items or result) or {}) do
    local suggestion = from_item(item, place, client)
    alternatives[#alternatives + 1] = suggestion
    if suggestion and step ~= 0 and shown and suggestion.text == shown.suggestions[shown.current].text then
      first = #alternatives + step
    end
  end
  show(place.bufnr, alternatives, first)
end

---@param client vim.lsp.Client
---@param place breadknife.Place
---@param kind integer
---@param step? integer
local function ask(client, place, kind, step)
  local superseded = pending
  pending = nil
  local id ---@type integer?
  local sent
  sent, id = client:request("textDocument/inlineCompletion", {
    textDocument = vim.lsp.util.make_text_document_params(place.bufnr),
    position = vim.lsp.util.make_position_params(0, client.offset_encoding).position,
    context = { triggerKind = kind },
  }, function(_, result)
    local answered = pending
    if answered and answered.id == id then
      pending = nil
      on_answer(place, client, result, step or 0)
      if answered.outdated and kind == AUTOMATIC and is_here(place) then
        ask(client, place, AUTOMATIC)
      end
    end
  end, place.bufnr)
  if sent and id then
    pending = { client = client, id = id }
  end
  -- After the new question: a server that is still generating can go on with it when the key agreed.
  if superseded then
    superseded.client:cancel_request(superseded.id)
  end
end

---@param bufnr integer
---@return boolean
local function is_someone_elses(bufnr)
  local native = vim.lsp.inline_completion
  if native and native.is_enabled({ bufnr = bufnr }) then
    return true
  end
  -- An entry selected in the popup menu is in the buffer already, but may be taken back.
  return vim.fn.pumvisible() == 1 and vim.fn.complete_info({ "selected" }).selected ~= -1
end

---@param client vim.lsp.Client
---@param bufnr integer
local function on_change(client, bufnr)
  if is_someone_elses(bufnr) then
    return leave()
  end
  local place = current_place(bufnr)
  if vim.deep_equal(place, asked) then
    return -- one key can be two events
  end
  asked = place
  if shown then
    show(bufnr, shown.suggestions, shown.current)
  end
  ask(client, place, AUTOMATIC)
end

--- Handles `breadknife/refreshCompletion`: asks again, and leaves on screen what is there until the answer comes.
---@type lsp.Handler
function M.on_refresh(_, params, context)
  local bufnr = api.nvim_get_current_buf()
  local client = clients[bufnr]
  if not client or client.id ~= context.client_id or params.uri ~= vim.uri_from_bufnr(bufnr) then
    return
  end
  if not asked or not is_here(asked) or vim.deep_equal(asked, dismissed) or is_someone_elses(bufnr) then
    return
  end
  if shown and #shown.suggestions > 1 then
    return -- the answer to a question by hand, which no other is to replace
  end
  if pending then
    pending.outdated = true
  else
    ask(client, asked, AUTOMATIC)
  end
end

--- Show suggestions of a client in a buffer, until the client leaves it.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  if not client:supports_method("textDocument/inlineCompletion") then
    return
  end
  clients[bufnr] = client
  api.nvim_set_hl(0, "BreadknifeGhost", { link = "Comment", default = true })
  local key = require("breadknife").options.keys.suggest
  if key and vim.fn.maparg(key, "i") == "" then
    local options = { buffer = bufnr, remap = true, desc = "breadknife: suggest" }
    vim.keymap.set("i", key, "<Plug>(breadknife-suggest)", options)
  end
  api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  api.nvim_create_autocmd({ "InsertEnter", "TextChangedI", "TextChangedP", "CursorMovedI" }, {
    group = group,
    buffer = bufnr,
    desc = "breadknife: ask for a suggestion",
    callback = function()
      on_change(client, bufnr)
    end,
  })
  api.nvim_create_autocmd({ "InsertLeave", "BufLeave" }, {
    group = group,
    buffer = bufnr,
    desc = "breadknife: take the suggestion off the screen",
    callback = leave,
  })
  api.nvim_create_autocmd("LspDetach", {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.data.client_id == client.id then
        leave()
        clients[bufnr] = nil
        if key and vim.fn.maparg(key, "i") == "<Plug>(breadknife-suggest)" then
          pcall(vim.keymap.del, "i", key, { buffer = bufnr }) -- the user may have mapped it everywhere
        end
        api.nvim_clear_autocmds({ group = group, buffer = bufnr })
      end
    end,
  })
end

local parts = { word = suggestions.word, line = suggestions.line }

---@param amount "all"|"word"|"line"
---@return boolean accepted
function M.accept(amount)
  local bufnr = api.nvim_get_current_buf()
  if not shown or shown.bufnr ~= bufnr then
    return false
  end
  local suggestion = shown.suggestions[shown.current]
  local missing, covered = missing_at_cursor(bufnr, suggestion)
  local pieces = missing and covered and suggestions.pieces(missing, covered, suggestion.rest)
  if not missing or not covered or not pieces then
    hide()
    return false
  end
  local text, replaced = missing, #covered
  if parts[amount] and pieces[1].offset == 0 then
    text, replaced = parts[amount](pieces[1].text), 0
    if text == missing then
      replaced = #covered
    end
  end
  local row, column = unpack(api.nvim_win_get_cursor(0))
  local lines = vim.split(text, "\n", { plain = true })
  vim.bo[bufnr].undolevels = vim.bo[bufnr].undolevels -- so that undo takes back this, and not what was typed before
  api.nvim_buf_set_text(bufnr, row - 1, column, row - 1, column + replaced, lines)
  local last = #lines == 1 and column + #text or #lines[#lines]
  api.nvim_win_set_cursor(0, { row + #lines - 1, last })
  if text == missing and suggestion.taken then
    suggestion.taken()
  end
  show(bufnr, shown.suggestions, shown.current)
  return true
end

--- Ask for suggestions now, also where none come by themselves, and for alternatives.
---@return boolean asked
function M.suggest()
  local bufnr = api.nvim_get_current_buf()
  local client = clients[bufnr]
  if not client or is_someone_elses(bufnr) then
    return false
  end
  asked, dismissed = current_place(bufnr), nil
  ask(client, asked, INVOKED)
  return true
end

--- Show another suggestion for the same place, after asking for more where there is one alone.
---@param step 1|-1
---@return boolean
function M.cycle(step)
  local bufnr = api.nvim_get_current_buf()
  if not shown or shown.bufnr ~= bufnr then
    return false
  end
  if #shown.suggestions > 1 then
    show(bufnr, shown.suggestions, shown.current + step)
  else
    asked = current_place(bufnr)
    ask(clients[bufnr], asked, INVOKED, step)
  end
  return true
end

---@return boolean was_shown
function M.dismiss()
  local was_shown = shown ~= nil
  cancel_pending()
  dismissed = asked
  hide()
  return was_shown
end

return M
