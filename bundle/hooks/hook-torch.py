"""What PyInstaller collects of torch: the modules and libraries that the program needs (`bundle.contents`), no more."""

import sys
from pathlib import Path

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, get_package_paths

from bundle.contents import excluded_modules, is_wanted, modules_below

# torch._dynamo imports by names in strings
hiddenimports = modules_below("torch", excluded_modules(sys.platform))
_libraries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
binaries = [(source, target) for source, target in _libraries if is_wanted(f"{target}/{Path(source).name}")]
_shared_memory = Path(get_package_paths("torch")[1]) / "bin" / "torch_shm_manager"
if _shared_memory.is_file():  # torch refuses to be imported without it
    binaries.append((str(_shared_memory), "torch/bin"))
# torch looks for its libraries beside the real file
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
