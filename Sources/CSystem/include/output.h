// Standard output at the end of a program. In C because Swift takes `stdout` for a variable that threads might change.
#ifndef LOCKSTEP_OUTPUT_H
#define LOCKSTEP_OUTPUT_H

// Writes what is buffered, and closes standard output: network file systems tell of a full disk then. 0 if all that was
// ever printed has arrived; else an error number, or -1 where nobody knows any more why something did not.
int lockstep_finish_output(void);

#endif
