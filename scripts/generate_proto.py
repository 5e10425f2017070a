"""Turn proto/ into gen/: messages, stubs and their types. With --check, say what differs instead of writing.

With --image FILE, write the descriptors of everything in proto/, for tools that cannot find its imports: buf/validate comes
as no text, its descriptor is taken from the installed protovalidate module.
"""

import filecmp
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb

ROOT = Path(__file__).resolve().parent.parent
PROTO, GEN = ROOT / "proto", ROOT / "gen"
BIN = Path(sys.executable).parent
HEADER = '"""Generated from proto/ by `make proto`; never edited."""\n'


def descriptors(target: Path) -> Path:
    """Write a descriptor set with buf/validate/validate.proto and what it imports."""
    found = descriptor_pb2.FileDescriptorSet()
    for name in ("descriptor", "duration", "timestamp", "field_mask"):
        module = __import__(f"google.protobuf.{name}_pb2", fromlist=["DESCRIPTOR"])
        found.file.append(descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb))
    validate = validate_pb._DESC.proto.to_binary()
    found.file.append(descriptor_pb2.FileDescriptorProto.FromString(validate))
    path = target / "known.binpb"
    path.write_bytes(found.SerializeToString())
    return path


def sources(proto: Path) -> list[str]:
    return sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))


def run(proto: Path, *options: str) -> None:
    """Run protoc over all sources plus the validation rules; exit where it fails."""
    well_known = str(files("grpc_tools") / "_proto")
    with tempfile.TemporaryDirectory() as scratch:
        known = descriptors(Path(scratch))
        arguments = ["protoc", f"--descriptor_set_in={known}", f"-I{proto}", f"-I{well_known}", *options]
        if protoc.main([*arguments, *sources(proto), "buf/validate/validate.proto"]) != 0:
            sys.exit(f"protoc failed for {proto}")


def generate(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    plugins = [f"--plugin=protoc-gen-{name}={BIN / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    run(PROTO, *plugins, f"--python_out={target}", f"--mypy_out=quiet:{target}")
    run(PROTO, *plugins, f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}")
    for path in target.rglob("*_pb2_grpc.py"):
        if "Stub" not in path.read_text():  # protoc writes one for every file, service or not
            path.unlink()
            path.with_suffix(".pyi").unlink()
    for folder in sorted({path.parent for path in target.rglob("*.py")}):
        while folder != target:
            (folder / "__init__.py").write_text(HEADER)
            folder = folder.parent


def differences(left: Path, right: Path) -> list[str]:
    """Paths under two folders that are not the same, byte for byte."""
    names = {p.relative_to(root) for root in (left, right) for p in root.rglob("*.py*") if "__pycache__" not in p.parts}
    missing = [str(n) for n in names if not (left / n).exists() or not (right / n).exists()]
    return sorted(missing + [str(n) for n in names if str(n) not in missing and not filecmp.cmp(left / n, right / n, False)])


def image(path: Path, proto: Path = PROTO) -> None:
    """Write the descriptor image that `buf lint` and `buf breaking` read."""
    run(proto, "--include_imports", "--include_source_info", f"--descriptor_set_out={path}")


def main() -> None:
    if sys.argv[1:2] == ["--image"]:
        image(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--check"]:
        with tempfile.TemporaryDirectory() as scratch:
            generate(Path(scratch))
            if changed := differences(Path(scratch), GEN):
                sys.exit("gen/ is not what proto/ makes: " + ", ".join(changed))
    else:
        shutil.rmtree(GEN, ignore_errors=True)
        generate(GEN)


if __name__ == "__main__":
    main()
