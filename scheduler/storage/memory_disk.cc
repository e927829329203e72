#include "scheduler/storage/memory_disk.h"

#include <sqlite3.h>

#include "base/hash.h"

namespace tidemill {

struct MemoryChange {  // since the last sync
  std::int64_t offset = 0;
  std::string bytes;  // empty = truncate to offset
};

// The memory that the connections of a process share beside a file in WAL mode.
struct MemoryIndex {
  std::vector<std::unique_ptr<char[]>> regions;
  int shared[SQLITE_SHM_NLOCK] = {};
  bool exclusive[SQLITE_SHM_NLOCK] = {};
  int users = 0;
};

struct MemoryFile {
  std::string content;  // as processes see it
  std::string synced;   // as it would be after a power cut
  std::vector<MemoryChange> unsynced;
  MemoryIndex index;
  int shared_locks = 0;
  bool reserved = false, exclusive = false;
};

namespace {

void apply_change(std::string& content, const MemoryChange& change) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.bytes.empty()) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + change.bytes.size()) content.resize(offset + change.bytes.size());
  content.replace(offset, change.bytes.size(), change.bytes);
}

}  // namespace

struct MemoryDisk::State {
  std::string name;
  std::map<std::string, std::shared_ptr<MemoryFile>> files;
  std::int64_t operations = 0;
  std::int64_t syncs = 0;
  std::int64_t fail_at = INT64_MAX;
  Failure failure = Failure::none;
  std::uint64_t random = 1;
  sqlite3_vfs vfs{};

  // SQLITE_OK, or what the n-th operation has to fail with.
  int count_operation() {
    if (++operations < fail_at) return SQLITE_OK;
    return failure == Failure::full ? SQLITE_FULL : SQLITE_IOERR;
  }
};

namespace {

struct OpenFile {  // begins as SQLite wants it
  sqlite3_file base;
  MemoryDisk::State* disk;
  std::shared_ptr<MemoryFile>* file;
  int lock;
  bool has_index;
};

OpenFile* opened(sqlite3_file* file) { return reinterpret_cast<OpenFile*>(file); }
MemoryFile& file_of(sqlite3_file* file) { return **opened(file)->file; }

int unlock_to(sqlite3_file* handle, int level) {
  OpenFile* open = opened(handle);
  MemoryFile& file = file_of(handle);
  if (open->lock >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED) {
    file.reserved = file.exclusive = false;
  }
  if (open->lock >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --file.shared_locks;
  open->lock = level;
  return SQLITE_OK;
}

int close_file(sqlite3_file* handle) {
  unlock_to(handle, SQLITE_LOCK_NONE);
  delete opened(handle)->file;
  return SQLITE_OK;
}

int read_file_at(sqlite3_file* handle, void* out, int size, sqlite3_int64 offset) {
  const std::string& content = file_of(handle).content;
  const auto begin = static_cast<std::size_t>(offset);
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t there = begin < content.size() ? std::min(wanted, content.size() - begin) : 0;
  std::memcpy(out, content.data() + (there == 0 ? 0 : begin), there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int change_file(sqlite3_file* handle, MemoryChange change) {
  const int code = opened(handle)->disk->count_operation();
  if (code != SQLITE_OK) return code;
  MemoryFile& file = file_of(handle);
  apply_change(file.content, change);
  file.unsynced.push_back(std::move(change));
  return SQLITE_OK;
}

int write_file_at(sqlite3_file* handle, const void* bytes, int size, sqlite3_int64 offset) {
  if (size == 0) return SQLITE_OK;
  return change_file(handle, {offset, std::string(static_cast<const char*>(bytes),
                                                  static_cast<std::size_t>(size))});
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size) {
  return change_file(handle, {size, ""});
}

int sync_file(sqlite3_file* handle, int) {
  MemoryDisk::State* disk = opened(handle)->disk;
  const int code = disk->count_operation();
  if (code != SQLITE_OK) return code;
  ++disk->syncs;
  MemoryFile& file = file_of(handle);
  for (const MemoryChange& change : file.unsynced) apply_change(file.synced, change);
  file.unsynced.clear();
  return SQLITE_OK;
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(file_of(handle).content.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* handle, int level) {
  OpenFile* open = opened(handle);
  MemoryFile& file = file_of(handle);
  if (open->lock >= level) return SQLITE_OK;
  if (open->lock < SQLITE_LOCK_SHARED) {
    if (file.exclusive) return SQLITE_BUSY;
    ++file.shared_locks;
    open->lock = SQLITE_LOCK_SHARED;
  }
  if (level >= SQLITE_LOCK_RESERVED && open->lock < SQLITE_LOCK_RESERVED) {
    if (file.reserved) return SQLITE_BUSY;
    file.reserved = true;
    open->lock = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (file.shared_locks > 1) return SQLITE_BUSY;
    file.exclusive = true;
  }
  open->lock = level;
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* handle, int* out) {
  *out = file_of(handle).reserved ? 1 : 0;
  return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return 0; }

int map_index(sqlite3_file* handle, int region, int size, int extend, void volatile** out) {
  MemoryIndex& index = file_of(handle).index;
  if (!std::exchange(opened(handle)->has_index, true)) ++index.users;
  const auto wanted = static_cast<std::size_t>(region);
  *out = nullptr;
  while (index.regions.size() <= wanted) {
    if (extend == 0) return SQLITE_OK;
    index.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *out = index.regions[wanted].get();
  return SQLITE_OK;
}

int lock_index(sqlite3_file* handle, int first, int count, int flags) {
  MemoryIndex& index = file_of(handle).index;
  for (int i = first; i < first + count && (flags & SQLITE_SHM_LOCK) != 0; ++i) {
    if (index.exclusive[i]) return SQLITE_BUSY;
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && index.shared[i] > 0) return SQLITE_BUSY;
  }
  for (int i = first; i < first + count; ++i) {
    const bool take = (flags & SQLITE_SHM_LOCK) != 0;
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0)
      index.exclusive[i] = take;
    else
      index.shared[i] += take ? 1 : -1;
  }
  return SQLITE_OK;
}

void index_barrier(sqlite3_file*) {}

int unmap_index(sqlite3_file* handle, int remove) {
  MemoryIndex& index = file_of(handle).index;
  if (std::exchange(opened(handle)->has_index, false)) --index.users;
  // Without users the memory is gone, as it is when a machine's last process ends.
  if (remove != 0 || index.users == 0) index = MemoryIndex{};
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {2,
                                         close_file,
                                         read_file_at,
                                         write_file_at,
                                         truncate_file,
                                         sync_file,
                                         file_size,
                                         lock_file,
                                         unlock_to,
                                         check_reserved,
                                         control,
                                         sector_size,
                                         characteristics,
                                         map_index,
                                         lock_index,
                                         index_barrier,
                                         unmap_index,
                                         nullptr,
                                         nullptr};

MemoryDisk::State& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<MemoryDisk::State*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* out_flags) {
  MemoryDisk::State& disk = disk_of(vfs);
  OpenFile* open = opened(handle);
  open->base.pMethods = nullptr;
  std::shared_ptr<MemoryFile> file;
  if (name == nullptr) {
    file = std::make_shared<MemoryFile>();  // a temporary one
  } else if (const auto found = disk.files.find(name); found != disk.files.end()) {
    file = found->second;
  } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
    file = disk.files[name] = std::make_shared<MemoryFile>();
  } else {
    return SQLITE_CANTOPEN;
  }
  open->disk = &disk;
  open->file = new std::shared_ptr<MemoryFile>(std::move(file));
  open->lock = SQLITE_LOCK_NONE;
  open->has_index = false;
  open->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int) {
  disk_of(vfs).files.erase(name);
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  *out = disk_of(vfs).files.contains(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int fill_random(sqlite3_vfs* vfs, int size, char* out) {
  for (int i = 0; i < size; ++i) {
    disk_of(vfs).random = mix64(disk_of(vfs).random);
    out[i] = static_cast<char>(disk_of(vfs).random);
  }
  return size;
}

int sleep_for(sqlite3_vfs*, int us) { return us; }
int current_time(sqlite3_vfs*, sqlite3_int64* out) {
  *out = 0;
  return SQLITE_OK;
}

}  // namespace

MemoryDisk::MemoryDisk() : state_(std::make_unique<State>()) {
  state_->name = fmt::format("memory-{}", static_cast<void*>(state_.get()));
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = fill_random;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTimeInt64 = current_time;
  CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

MemoryDisk::~MemoryDisk() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& MemoryDisk::vfs() const { return state_->name; }
std::int64_t MemoryDisk::syncs() const { return state_->syncs; }
std::int64_t MemoryDisk::operations() const { return state_->operations; }

void MemoryDisk::lose_power(std::uint64_t seed) {
  for (auto& [name, file] : state_->files) {
    for (MemoryChange& change : file->unsynced) {
      seed = mix64(seed);
      const auto fate = seed % 4;
      if (fate <= 1) continue;  // lost
      if (fate == 2 && change.bytes.size() > 1) change.bytes.resize(change.bytes.size() / 2);
      apply_change(file->synced, change);
    }
    file->unsynced.clear();
    file->content = file->synced;
    file->index = MemoryIndex{};
    file->shared_locks = 0;
    file->reserved = file->exclusive = false;
  }
  state_->fail_at = INT64_MAX;
  state_->failure = Failure::none;
}

void MemoryDisk::fail_after(std::int64_t operations, Failure failure) {
  state_->fail_at = failure == Failure::none ? INT64_MAX : state_->operations + operations;
  state_->failure = failure;
}

}  // namespace tidemill
