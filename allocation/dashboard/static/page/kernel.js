// The kernel behind the page, over one websocket: Jupyter's messages in the wire format v1.kernel.websocket.jupyter.org,
// with the few methods that ipywidgets' manager asks of a kernel and of its comms. Messages are counted on both sides, and
// what the other side has not heard when a websocket ends is said again over the next; conversation.py has the other half.
const PROTOCOL = "v1.kernel.websocket.jupyter.org";
const PARTS = ["header", "parent_header", "metadata", "content"];
const SOON = 3000;
const PATIENCE = 15000;
const FORGOTTEN = 4410;
const FRUITLESS = 4;
const PAUSES = [100, 500, 1000, 2000, 5000, 5000, 15000];

function pack({ channel, buffers, ...message }) {
  const encoder = new TextEncoder();
  const texts = [channel, ...PARTS.map((part) => JSON.stringify(message[part]))].map((text) => encoder.encode(text));
  const parts = [...texts, ...buffers.map(bytes)];
  const offsets = [8 * (parts.length + 2)];
  for (const part of parts) offsets.push(offsets.at(-1) + part.byteLength);
  const head = new DataView(new ArrayBuffer(offsets[0]));
  [offsets.length, ...offsets].forEach((number, place) => head.setBigUint64(8 * place, BigInt(number), true));
  return new Blob([head, ...parts]);
}

function bytes(buffer) {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}

function unpack(data) {
  const view = new DataView(data);
  const number = (place) => Number(view.getBigUint64(8 * place, true));
  const part = (index) => new DataView(data, number(index + 1), number(index + 2) - number(index + 1));
  const decoder = new TextDecoder();
  const message = { channel: decoder.decode(part(0)), buffers: [] };
  PARTS.forEach((name, index) => (message[name] = JSON.parse(decoder.decode(part(index + 1)))));
  for (let index = PARTS.length + 1; index < number(0) - 1; index += 1) message.buffers.push(part(index));
  return message;
}

export class Comm {
  constructor(target, id) {
    this.target_name = target;
    this.comm_id = id;
    this.handlers = {};
  }

  open(data, callbacks, metadata, buffers) {
    return this.say("comm_open", data, callbacks, metadata, buffers, { target_name: this.target_name });
  }

  send(data, callbacks, metadata, buffers) {
    return this.say("comm_msg", data, callbacks, metadata, buffers);
  }

  close(data, callbacks, metadata, buffers) {
    this.kernel.comms.delete(this.comm_id);
    return this.say("comm_close", data, callbacks, metadata, buffers);
  }

  on_msg(handler) {
    this.handlers.comm_msg = handler;
  }

  on_close(handler) {
    this.handlers.comm_close = handler;
  }

  say(type, data = {}, callbacks = {}, metadata = {}, buffers = [], more = {}) {
    return this.kernel.send(type, { comm_id: this.comm_id, data, ...more }, callbacks, metadata, buffers);
  }
}

export class Kernel {
  /** `tell` is given what the kernel is doing: "idle", "busy", "dead" (it ended), "away" or "lost" (nothing is heard of it). */
  constructor(id, tell) {
    this.id = id;
    this.tell = tell;
    this.session = crypto.randomUUID();
    this.state = "idle";
    this.heard = 0;
    this.said = 0;
    this.unheard = [];
    this.fruitless = 0;
    this.isLost = false;
    this.asked = new Map();
    this.comms = new Map();
    this.targets = new Map();
    this.comm_manager = {
      kernel: this,
      register_target: (name, handler) => this.targets.set(name, handler),
      register_comm: (comm) => this.register(comm),
      new_comm: (target, data, callbacks, metadata, comm_id, buffers) => {
        const comm = this.register(new Comm(target, comm_id));
        comm.open(data, callbacks, metadata, buffers);
        return comm;
      },
    };
    this.connect(0);
  }

  is_connected() {
    return true; // what is sent before the connection is there waits for it
  }

  comm_info(target, then) {
    this.send("comm_info_request", { target_name: target }, { shell: { reply: then } }, {}, []);
  }

  register(comm) {
    comm.kernel = this;
    this.comms.set(comm.comm_id, comm);
    return comm;
  }

  connect(attempt) {
    const address = new URL(`/api/kernels/${this.id}/channels`, location.href);
    address.search = new URLSearchParams({ session_id: this.session, heard: this.heard });
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, PROTOCOL);
    socket.binaryType = "arraybuffer";
    let next = attempt + 1;
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) {
        this.heard += 1;
        this.receive(unpack(data));
        return;
      }
      this.unheard.splice(0, this.unheard.length - (this.said - Number(data)));
      this.waitToBeHeard();
      if (this.socket === socket) {
        this.fruitless = 0;
        return;
      }
      this.socket = socket;
      next = 0;
      clearTimeout(this.losing);
      this.losing = undefined;
      this.isLost = false;
      this.tell(this.state);
      for (const message of this.unheard) socket.send(message);
    };
    socket.onclose = ({ code }) => {
      // What ends one connection after the other, as a message too large does, would do so for ever.
      if (this.socket === socket && this.unheard.length) this.fruitless += 1;
      this.socket = null;
      if (code === FORGOTTEN || this.fruitless > FRUITLESS) {
        this.lose();
        return;
      }
      this.losing ??= setTimeout(() => this.lose(), PATIENCE);
      setTimeout(() => this.connect(next), PAUSES[Math.min(attempt + this.fruitless, PAUSES.length - 1)]);
    };
  }

  send(type, content, callbacks, metadata, buffers) {
    const header = {
      msg_id: crypto.randomUUID(),
      msg_type: type,
      session: this.session,
      username: "",
      date: new Date().toISOString(),
      version: "5.3",
    };
    this.asked.set(header.msg_id, callbacks);
    const message = pack({ channel: "shell", header, parent_header: {}, metadata, content, buffers });
    this.said += 1;
    this.unheard.push(message);
    if (!this.waiting) this.waitToBeHeard();
    // To one that is closing nothing can be said; the next says it again.
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(String(this.heard));
      this.socket.send(message);
    }
    return header.msg_id;
  }

  lose() {
    this.isLost = true;
    this.tell("lost");
  }

  /** The server says at once that it has heard something, however busy the kernel is. */
  waitToBeHeard() {
    clearTimeout(this.waiting);
    this.waiting = this.unheard.length ? setTimeout(() => this.isLost || this.tell("away"), SOON) : undefined;
    if (!this.waiting) this.tell(this.state);
  }

  receive(message) {
    const type = message.header.msg_type;
    const { comm_id, target_name, execution_state: state } = message.content;
    const { shell, iopub } = this.asked.get(message.parent_header.msg_id) ?? {};
    if (message.channel === "shell") shell?.reply?.(message);
    else if (type === "status") {
      this.state = state === "restarting" ? "dead" : state;
      this.tell(this.state);
      iopub?.status?.(message);
      if (state === "idle") this.asked.delete(message.parent_header.msg_id);
    } else if (type === "comm_open") {
      this.targets.get(target_name)?.(this.register(new Comm(target_name, comm_id)), message);
    } else {
      this.comms.get(comm_id)?.handlers[type]?.(message);
      if (type === "comm_close") this.comms.delete(comm_id);
    }
  }
}
