--- A suggestion, and what of it is still to be typed: pure functions of text, in bytes.
---
--- That the text on screen still fits is never remembered, always computed from the buffer: so it can't be stale, and
--- a key that types its next character leaves the rest where it is.
local M = {}

---@class breadknife.Suggestion
---@field text string what takes the place of the range that the server named
---@field row integer 0-based line of the range
---@field head string that line before the range
---@field rest string that line after the range
---@field taken? fun() tells the server that all of it was accepted

---@class breadknife.Piece
---@field offset integer bytes behind the cursor
---@field text string

---@param line string
---@param first integer byte offset of the range's start in `line`
---@param last integer byte offset of its end
---@param row integer
---@param text string
---@return breadknife.Suggestion
function M.new(line, first, last, row, text)
  return { text = text:gsub("\r\n?", "\n"), row = row, head = line:sub(1, first), rest = line:sub(last + 1) }
end

--- What of a suggestion is still missing in the buffer; nil when the buffer has gone another way.
---@param suggestion breadknife.Suggestion
---@param before string the buffer from the start of the suggestion's line to the cursor
---@param behind string the cursor's line behind the cursor
---@return string? missing
---@return string? covered the start of `behind` that the suggestion is to replace
function M.missing(suggestion, before, behind)
  local wanted = suggestion.head .. suggestion.text
  local covered = #behind - #suggestion.rest
  if #before < #suggestion.head or not vim.startswith(wanted, before) then
    return nil
  end
  if covered < 0 or behind:sub(covered + 1) ~= suggestion.rest then
    return nil
  end
  return wanted:sub(#before + 1), behind:sub(1, covered)
end

--- The pieces to show around the covered text; nil when it can't be shown as an addition to what is there.
---@param missing string
---@param covered string
---@param rest string what follows on the line
---@return breadknife.Piece[]?
function M.pieces(missing, covered, rest)
  if missing:find("\n", 1, true) then
    local at_end = covered == "" and not rest:find("%S")
    return at_end and { { offset = 0, text = missing } } or nil
  end
  local pieces, position, offset = {}, 1, 0 ---@type breadknife.Piece[], integer, integer
  for character in covered:gmatch("[%z\1-\127\194-\244][\128-\191]*") do
    local found = missing:find(character, position, true)
    if not found then
      return nil
    end
    if found > position then
      pieces[#pieces + 1] = { offset = offset, text = missing:sub(position, found - 1) }
    end
    position, offset = found + #character, offset + #character
  end
  if position <= #missing then
    pieces[#pieces + 1] = { offset = offset, text = missing:sub(position) }
  end
  return #pieces > 0 and pieces or nil
end

--- The next word with the space before it; punctuation and a line's end with its indentation count as words.
---@param text string not empty
---@return string
function M.word(text)
  return text:match("^%s*[%w_\128-\255]+") or text:match("^%s*[^%w_%s\128-\255]+") or text
end

--- Up to the end of the line; the next line when this one is complete.
---@param text string not empty
---@return string
function M.line(text)
  return text:match("^\n?[^\n]*")
end

return M
