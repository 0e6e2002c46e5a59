#include "CBuild.h"

#ifndef VECFERRY_COMMIT
#define VECFERRY_COMMIT ""
#endif

const char *vecferry_commit(void) { return VECFERRY_COMMIT; }
