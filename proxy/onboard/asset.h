/* onboard/asset.h - the files of this folder that are served, as texts; made by CMakeLists.txt. */
#ifndef WHYTLS_ONBOARD_ASSET_H
#define WHYTLS_ONBOARD_ASSET_H

extern const char asset_page_html[], asset_page_css[], asset_page_js[], asset_pac_js[];

#endif
