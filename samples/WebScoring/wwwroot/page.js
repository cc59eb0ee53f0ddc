const element = id => document.getElementById(id);
let latest = 0;

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.detail ?? body.title ?? `The server answered ${response.status}.`);
  }
  return body;
}

async function predict(picture) {
  const turn = ++latest;
  const original = element("original");
  URL.revokeObjectURL(original.src);
  original.src = URL.createObjectURL(picture);
  original.hidden = false;
  element("invitation").hidden = true;
  element("originalCaption").textContent = picture.name ?? "Your picture";
  tell("…");
  try {
    const prediction = await answer(await fetch("predict?top=5&seen=true", {
      method: "POST",
      headers: { "Content-Type": picture.type },
      body: picture,
    }));
    if (turn === latest) {
      show(prediction);
    }
  } catch (error) {
    if (turn === latest) {
      tell(error.message, true);
    }
  }
}

function show(prediction) {
  tell("");
  element("seen").src = prediction.seen;
  element("seen").alt = prediction.predicted;
  element("seen").hidden = false;
  element("classes").replaceChildren(...prediction.classes.map(({ name, probability }) => {
    const row = document.createElement("li");
    row.style.setProperty("--share", probability);
    const label = document.createElement("span");
    label.textContent = name;
    const share = document.createElement("span");
    share.textContent = `${(100 * probability).toFixed(1)} %`;
    row.append(label, share);
    return row;
  }));
}

// Also takes back what an earlier picture left.
function tell(text, isError = false) {
  element("status").textContent = text;
  element("status").classList.toggle("error", isError);
  element("seen").hidden = true;
  element("classes").replaceChildren();
}

function offer(count) {
  element("samples").hidden = count === 0;
  element("samples").append(...Array.from({ length: count }, (_, number) => {
    const button = document.createElement("button");
    const picture = new Image();
    picture.src = `samples/${number}`;
    picture.alt = `Try picture ${number + 1}`;
    button.append(picture);
    button.addEventListener("click", async () => {
      const file = await (await fetch(picture.src)).blob();
      predict(new File([file], `picture ${number + 1}`, { type: file.type }));
    });
    return button;
  }));
}

async function introduce() {
  while (!(await fetch("ready")).ok) {
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  const model = await answer(await fetch("model"));
  element("about").textContent = `One of ${model.classes.length} classes, from ${model.resolution} × ${model.resolution} pixels.`;
  element("seenCaption").textContent = `What the model sees: ${model.resolution} × ${model.resolution} pixels`;
  offer(model.samples);
}

element("file").addEventListener("change", event => {
  const [picture] = event.target.files;
  if (picture) {
    predict(picture);
  }
  event.target.value = "";
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, event => {
    event.preventDefault();
    document.body.classList.toggle("dragging", name === "dragenter" || name === "dragover");
  });
}
document.addEventListener("drop", event => {
  const [picture] = event.dataTransfer.files;
  if (picture) {
    predict(picture);
  }
});
introduce();
