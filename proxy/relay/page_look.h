/* relay/page_look.h - how the reason page looks: its style and its three drawings. */
#ifndef WHYTLS_RELAY_PAGE_LOOK_H
#define WHYTLS_RELAY_PAGE_LOOK_H

/* PAGE_STYLE_HASH is the SHA-256 of PAGE_STYLE, for the Content-Security-Policy; the test tells the
 * new one after a change. */
#define PAGE_STYLE                                                                                 \
    ":root{color-scheme:light "                                                                    \
    "dark;--page:#F4F5F7;--surface:#FFF;--ink:#15181D;--ink2:#454B54;--ink3:#5A616B;"              \
    "--line:#D8DCE2;--edge:#7B848F;--mark:#1D52AE;--fine:#17663A}"                                 \
    "@media(prefers-color-scheme:dark){:root{--page:#121417;--surface:#1A1D21;--ink:#EEF0F3;--"    \
    "ink2:#BCC2CA;"                                                                                \
    "--ink3:#989FA9;--line:#2D3238;--edge:#757D88;--mark:#98BBFF;--fine:#7FD3A0}}"                 \
    "*{box-sizing:border-box}"                                                                     \
    "body{margin:0;background:var(--page);color:var(--ink);font:400 17px/1.5 "                     \
    "system-ui,-apple-system,"                                                                     \
    "\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto "                                               \
    "Sans\",Arial,sans-serif;-webkit-text-size-adjust:100%}"                                       \
    "main{max-width:640px;margin:0 auto;padding:28px 20px "                                        \
    "56px;overflow-wrap:anywhere;word-break:break-word}"                                           \
    "p,h1,h2,ul,ol,dl,dd{margin:0}"                                                                \
    ".who{display:flex;align-items:center;font-size:14px;color:var(--ink2);line-height:1.4}"       \
    ".who svg{width:22px;height:22px;color:var(--mark);flex:none;margin-right:10px}"               \
    "h1{font-size:27px;line-height:1.22;letter-spacing:-.018em;font-weight:660;margin:26px 0 "     \
    "10px;"                                                                                        \
    "text-wrap:balance}"                                                                           \
    ".sure{font-size:15px;color:var(--ink2)}.sure "                                                \
    "svg{width:16px;height:14px;margin-right:8px}.sure b{color:var(--ink)}"                        \
    ".lead{margin-top:16px}"                                                                       \
    "section{background:var(--surface);border:1px solid "                                          \
    "var(--line);border-radius:14px;padding:18px 20px;"                                            \
    "margin-top:14px}"                                                                             \
    "h2{font-size:17px;line-height:1.35;margin-bottom:8px}"                                        \
    "ul,ol{padding-left:20px}li+li{margin-top:6px}"                                                \
    ".facts{list-style:none;padding:0}.facts li{padding-left:28px;position:relative}"              \
    ".facts svg{position:absolute;left:0;top:5px;width:16px;height:16px;color:var(--fine)}"        \
    ".facts .no svg{color:var(--ink3)}"                                                            \
    "dl{font-size:15px}dt{color:var(--ink3)}dd{margin-bottom:8px}dd:last-child{margin-bottom:0}"   \
    "code,bdi.v{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans "                \
    "Mono\",monospace;font-size:.88em}"                                                            \
    ".u{border:1px solid var(--edge);border-radius:4px;font-size:.8em;padding:0 "                  \
    "3px;color:var(--ink2);white-space:nowrap}"                                                    \
    ".grade{display:inline-block;font-size:13px;border:2px solid "                                 \
    "var(--ink2);border-radius:4px;padding:0 7px;"                                                 \
    "color:var(--ink2);margin:6px 0}"                                                              \
    ".end{font-size:14px;color:var(--ink3);margin-top:20px}"                                       \
    "@media(max-width:480px){h1{font-size:24px}section{padding:16px}}"                             \
    "@media(min-width:481px){dl{display:grid;grid-template-columns:max-content "                   \
    "minmax(0,1fr);grid-gap:4px 16px}"                                                             \
    "dd{margin:0}}"                                                                                \
    "@media print{section{break-inside:avoid}}"
#define PAGE_STYLE_HASH "sha256-hgY+pWHkue6AbdSyYV/xPRPBxXe5K69qW/bHrWrnIZ8="

/* Of whytls; then what speaks for a cause, and what against it. */
#define PAGE_LOGO                                                                                  \
    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M7.6 7.9a4.4 4.4 0 1 1 6.3 "        \
    "4c-1.1.5-1.9 1.1-1.9 2.3\" "                                                                  \
    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.3\" stroke-linecap=\"round\"/><path "  \
    "d=\"M8.4 11.9H6.5a2.5 2.5 0 0 0"                                                              \
    "-2.5 2.5v5.1A2.5 2.5 0 0 0 6.5 22h11a2.5 2.5 0 0 0 2.5-2.5v-5.1a2.5 2.5 0 0 0-2.5-2.5h-.6\" " \
    "fill=\"none\" "                                                                               \
    "stroke=\"currentColor\" stroke-width=\"2.3\" stroke-linecap=\"round\"/><circle cx=\"12\" "    \
    "cy=\"18\" r=\"1.6\" "                                                                         \
    "fill=\"currentColor\"/></svg>"
#define PAGE_TICK                                                                                  \
    "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><circle cx=\"8\" cy=\"8\" r=\"7\" "           \
    "fill=\"currentColor\"/>"                                                                      \
    "<path d=\"m4.6 8.3 2.3 2.3 4.5-4.8\" fill=\"none\" stroke=\"var(--surface)\" "                \
    "stroke-width=\"1.8\"/></svg>"
#define PAGE_CROSS                                                                                 \
    "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"m4 4 8 8m0-8-8 8\" fill=\"none\" "  \
    "stroke=\"currentColor\" stroke-width=\"2\"/></svg>"

#endif
