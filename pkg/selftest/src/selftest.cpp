// Prints one line for each thing that works; exits with the number of things that do not.
#include <atomic>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <zlib.h>

static int failures = 0;

static void report(const char *what, bool works) {
  std::cout << (works ? "ok      " : "FAILED  ") << what << std::endl;
  failures += works ? 0 : 1;
}

static void fail_deeply(int depth) {
  std::string on_the_way(depth, 'x');
  if (depth == 0) throw std::runtime_error("thrown");
  fail_deeply(depth - 1);
}

static bool exceptions_work() {
  try {
    fail_deeply(20);
  } catch (const std::exception &error) {
    return std::string(error.what()) == "thrown";
  }
  return false;
}

static bool threads_work() {
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) threads.emplace_back([&sum, i] { sum += i; });
  for (auto &thread : threads) thread.join();
  return sum == 10;
}

static bool exception_in_thread_works() {
  bool caught = false;
  std::thread([&caught] { try { fail_deeply(3); } catch (const std::runtime_error &) { caught = true; } }).join();
  return caught;
}

static bool streams_work() {
  std::ostringstream text;
  text << 42 << ' ' << 1.5 << ' ' << std::hex << 255;
  std::ifstream self("/proc/self/cmdline");
  std::string name;
  std::getline(self, name, '\0');
  return text.str() == "42 1.5 ff" && name.find("selftest") != std::string::npos;
}

static bool zlib_works() {
  const std::string text(1000, 'z');
  std::vector<unsigned char> packed(compressBound(text.size()));
  uLongf packed_size = packed.size();
  if (compress(packed.data(), &packed_size, reinterpret_cast<const Bytef *>(text.data()), text.size()) != Z_OK) return false;
  std::string back(text.size(), ' ');
  uLongf size = back.size();
  return uncompress(reinterpret_cast<Bytef *>(&back[0]), &size, packed.data(), packed_size) == Z_OK && back == text &&
         packed_size < text.size();
}

// A function of its own: the stack is looked at when it returns.
__attribute__((noinline)) static bool overrun(volatile size_t size) {
  char small[8];
  memset(small, 1, size);
  return small[0] == 1;
}

static bool stack_protector_works() {
  const pid_t child = fork();
  if (child == 0) _exit(overrun(64) ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

int main() {
  report("iostreams", streams_work());
  report("exceptions", exceptions_work());
  report("threads", threads_work());
  report("exceptions in threads", exception_in_thread_works());
  report("stack protector", stack_protector_works());
  report("zlib", zlib_works());
  return failures;
}
