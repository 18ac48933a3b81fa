// What must be done before the constructors of shared libraries run, so before main could do it.
//
// For the executable alone, which decides about its process; a library does not.

#if defined(__linux__)
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

// Where one of the first three descriptors is closed, the next file to be opened would get its
// number, and messages would be written into it. Each is opened the wrong way round, so that its
// use fails just as if it were closed.
static void keep_standard_descriptors(void) {
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is this one.
    (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// OpenBLAS starts a thread for each processor when it is loaded, though all products here run on
// one, inside pieces of our own. Where a limit on memory or processes forbids it, it raises SIGINT,
// which looks like somebody's wish to stop. Only its environment can tell it otherwise, and only
// before it is loaded: the program is started once more with OPENBLAS_NUM_THREADS=1.
static void run_openblas_on_one_thread(char **argv, char **envp) {
  static const char name[] = "OPENBLAS_NUM_THREADS=";
  static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
  // Started by hand through the dynamic linker, or without /proc: leave it.
  if (argv[0] == NULL || getauxval(AT_BASE) == 0) return;
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  size_t count = 0;
  for (; envp[count] != NULL; count++) {
    if (strcmp(envp[count], one_thread) == 0) return;
  }
  char *changed[count + 2];
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (strncmp(envp[i], name, sizeof name - 1) != 0) changed[kept++] = envp[i];
  }
  changed[kept++] = one_thread;
  changed[kept] = NULL;
  (void)execve(path, argv, changed);
  // It goes on as it is: OpenBLAS has more threads than are used.
}

static void before_libraries(int argc, char **argv, char **envp) {
  (void)argc;
  keep_standard_descriptors();
  run_openblas_on_one_thread(argv, envp);
}

__attribute__((section(".preinit_array"), used)) static void (*const start)(int, char **, char **) =
    before_libraries;
#endif
