// Loads every .proto file of a folder as JavaScript clients do, each by itself. Usage: node load-protos.mjs FOLDER
import { readdir } from "node:fs/promises";
import protoLoader from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";

const folder = process.argv[2];
const own = fileURLToPath(new URL("protos", import.meta.url));
const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".proto"));
for (const file of files) {
  try {
    await protoLoader.load(file, { includeDirs: [folder, own] });
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log(`every file is loaded: ${files.length}`);
