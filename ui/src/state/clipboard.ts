// A picture that was pasted, as it is handed to the shell.

/** In base64. It has to be taken while the event lasts: nothing is left of the clipboard after it. */
export function pastedPicture(data: DataTransfer | null): Promise<string> | null {
  const picture = [...(data?.files ?? [])].find((file) => file.type.startsWith("image/"));
  return picture ? base64(picture) : null;
}

function base64(file: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    // The browser writes base64 by itself, in front of it the type.
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => fail(reader.error ?? new Error("the picture cannot be read"));
    reader.readAsDataURL(file);
  });
}
