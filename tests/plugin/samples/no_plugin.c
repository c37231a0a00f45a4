/* no_plugin - a shared object like any other. */
extern int no_plugin;
int no_plugin;
