// What must be done before main, or even before the constructors of shared libraries run.
//
// For the executable alone, which decides about its process; a library does not.

#define _GNU_SOURCE
#include "CProcess.h"
#include <string.h>

#if defined(__linux__)
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

// Starts the program once more, with `setting`, NAME=VALUE, in its environment, unless it has that
// already; goes on as it is where that cannot be done.
static void start_again_with(char *setting, char **argv, char **envp) {
  // Started by hand through the dynamic linker, or without /proc: leave it.
  if (argv[0] == NULL || getauxval(AT_BASE) == 0) return;
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  const size_t name = (size_t)(strchr(setting, '=') - setting) + 1;
  size_t count = 0;
  for (; envp[count] != NULL; count++) {
    if (strcmp(envp[count], setting) == 0) return;
  }
  char *changed[count + 2];
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (strncmp(envp[i], setting, name) != 0) changed[kept++] = envp[i];
  }
  changed[kept++] = setting;
  changed[kept] = NULL;
  (void)execve(path, argv, changed);
}

// OpenBLAS starts a thread for each processor when it is loaded, though all products here run on
// one, inside pieces of our own. Where a limit on memory or processes forbids it, it raises SIGINT,
// which looks like somebody's wish to stop. Only its environment can tell it otherwise, and only
// before it is loaded.
static char **arguments, **environment;
static void before_libraries(int argc, char **argv, char **envp) {
  (void)argc;
  arguments = argv;
  environment = envp;
  keep_standard_descriptors();
  static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
  start_again_with(one_thread, argv, envp);
}

__attribute__((section(".preinit_array"), used)) static void (*const start)(int, char **, char **) =
    before_libraries;

// Whether OpenBLAS knows the processor shows once it is loaded; which kernels it takes is decided by
// then. What somebody set stands.
extern char *openblas_get_corename(void) __attribute__((weak));
__attribute__((constructor)) static void after_libraries(void) {
#if defined(__x86_64__)
  if (openblas_get_corename == NULL || getenv("OPENBLAS_CORETYPE") != NULL) return;
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512vl");
  const char *better = cp_better_kernels(openblas_get_corename(), avx2, avx512);
  if (better == NULL) return;
  char setting[64] = "OPENBLAS_CORETYPE=";
  strncat(setting, better, sizeof setting - strlen(setting) - 1);
  start_again_with(setting, arguments, environment);
#endif
}
#endif

const char *cp_better_kernels(const char *kernels, int avx2, int avx512) {
  static const char *const without_avx[] = {
      "Katmai", "Coppermine", "Northwood", "Prescott", "Banias",
      "Core2",  "Penryn",     "Dunnington", "Nehalem", "Atom",
  };
  if (!avx2) return NULL;
  for (size_t i = 0; i < sizeof without_avx / sizeof *without_avx; i++) {
    if (strcmp(kernels, without_avx[i]) == 0) return avx512 ? "SkylakeX" : "Haswell";
  }
  return NULL;
}
