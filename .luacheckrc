-- The environment of a rule is closed; these are all the names in it.
std = "none"
max_line_length = 160
read_globals = {
    "rule", "match", "lines", "log", "require",
    "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type",
    string = { other_fields = true }, table = { other_fields = true }, math = { other_fields = true }, utf8 = { other_fields = true },
}

files["lua/rules/*/texts"] = { max_line_length = false } -- prose: one sentence a line
local spec = {
    max_line_length = 200,
    read_globals = { "describe", "it", "play", "days", "hours", "now", "none", "expect_diagnosis", "expect_no_diagnosis", "expect_ruled_out",
                     "expect_note", "expect_no_note", "expect_decision", "expect_header", "expect_asleep", "expect_equal" },
}
files["lua/rules/*/spec"] = spec
files["lua/examples/*/spec"] = spec
files["lua/whytls"] = { max_line_length = 120 }
