/* Tries one thing that needs a system call of its own. Exit status 0: it worked; else the reason is on stderr. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SESSION_KEYRING -3
#define KEYCTL_JOIN_SESSION_KEYRING 1
#define KEYCTL_SEARCH 10
#define KEYCTL_READ 11
#define AF_VSOCK_FAMILY 40

static int daemonize(const char *fifo) {
    if (fork() != 0) return 0;
    setsid();
    if (fork() != 0) _exit(0);
    if (open(fifo, O_WRONLY) < 0) _exit(1);
    for (;;) pause();
}

static long readKey(const char *name) {
    char secret[64];
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, SESSION_KEYRING, "user", name, 0);
    return key < 0 ? key : syscall(SYS_keyctl, KEYCTL_READ, key, secret, sizeof secret, 0);
}

static long typeAhead(void) {
    int pty = posix_openpt(O_RDWR | O_NOCTTY);
    if (pty < 0 || grantpt(pty) != 0 || unlockpt(pty) != 0) return -1;
    return ioctl(open(ptsname(pty), O_RDWR), TIOCSTI, "x");
}

static long attempt(const char *what, char **args) {
    const char *arg = args[0] ? args[0] : "";
    if (!strcmp(what, "ptrace")) return ptrace(PTRACE_SEIZE, atoi(arg), 0, 0);
    if (!strcmp(what, "remount")) return mount("none", arg, NULL, MS_REMOUNT | MS_BIND, NULL);
    if (!strcmp(what, "mount")) return mount("none", arg, "tmpfs", 0, NULL);
    if (!strcmp(what, "user-namespace")) return unshare(CLONE_NEWUSER | CLONE_NEWNS);
    if (!strcmp(what, "clone-namespace")) return syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
    if (!strcmp(what, "hostname")) return sethostname(arg, strlen(arg));
    if (!strcmp(what, "device")) return mknod(arg, S_IFCHR | 0666, makedev(1, 1));
    if (!strcmp(what, "vsock")) return socket(AF_VSOCK_FAMILY, SOCK_STREAM, 0);
    if (!strcmp(what, "shm")) return shmget(atoi(arg), 1, 0);
    if (!strcmp(what, "shm-create")) return shmget(atoi(arg), 4096, IPC_CREAT | 0666);
    if (!strcmp(what, "shm-remove")) return shmctl(shmget(atoi(arg), 1, 0), IPC_RMID, NULL);
    if (!strcmp(what, "key")) return readKey(arg);
    if (!strcmp(what, "type")) return typeAhead();
    if (!strcmp(what, "link-descriptor")) return linkat(open(arg, O_RDONLY), "", AT_FDCWD, args[1], AT_EMPTY_PATH);
    if (!strcmp(what, "daemon")) return daemonize(arg);
    if (!strcmp(what, "with-key")) {
        syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
        if (syscall(SYS_add_key, "user", arg, "secret", 6, SESSION_KEYRING) < 0) return -1;
        return execvp(args[1], args + 1);
    }
    errno = ENOTSUP;
    return -1;
}

int main(int count, char **words) {
    if (count > 1 && attempt(words[1], words + 2) >= 0) return 0;
    fprintf(stderr, "%s\n", strerrorname_np(errno));
    return 1;
}
