/* Facts about this build that only the package manager knows. */
#ifndef CBUILD_H
#define CBUILD_H

/* The commit that was built, in hexadecimal digits, with + behind it where files had changed since; empty where there was no repository. */
const char *vecferry_commit(void);

#endif
