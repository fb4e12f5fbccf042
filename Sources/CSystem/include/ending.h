// The end of a process that gets no memory where nobody can be told: Swift and other libraries abort then. In C because
// a signal handler may do next to nothing: it must not allocate, and Swift may.
#ifndef LOCKSTEP_ENDING_H
#define LOCKSTEP_ENDING_H

// From now on a signal by which a process ends itself, or trips over memory that is not there, or a library's exit with
// status 255, removes what was noted below, writes `message` to standard error and ends the process with status 1. The
// message is kept, not copied. To be called by the first thread: its stack, which grows, may be what there is no memory
// for, and the handler has one of its own there.
void lockstep_report_endings(const char *message);

// Notes a file or directory in the making. A few dozen are noted at a time; others stay when the process ends so.
void lockstep_note_temporary(const char *path);

// Ends that.
void lockstep_forget_temporary(const char *path);

// Removes all that is noted. For handlers of signals too.
void lockstep_remove_temporaries(void);

#endif
