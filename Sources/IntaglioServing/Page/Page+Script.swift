extension Page {
  /// Shows the models, and sends an image in the binary form of the protocol.
  static let script = #"""
    'use strict';
    const $ = id => document.getElementById(id);
    let models = [], image = null, turn = 0;
    const say = (text, isWrong) => { $('status').textContent = text; $('status').className = isWrong ? 'note wrong' : 'note'; };
    const chosen = () => models.find(m => m.name === $('model').value);
    const headers = more => {
      const token = $('token').value;
      return token ? { ...more, Authorization: 'Bearer ' + token } : { ...more };
    };
    const make = (name, text, parent) => {
      const e = document.createElement(name);
      if (text !== undefined) e.textContent = text;
      if (parent) parent.append(e);
      return e;
    };
    const list = (id, rows) => {
      $(id).replaceChildren();
      for (const [name, value] of rows) { make('dt', name, $(id)); make('dd', value, $(id)); }
    };
    const time = us => us < 1000 ? us + ' µs' : (us / 1000).toFixed(us < 10000 ? 2 : 1) + ' ms';
    const path = m => '/v2/models/' + encodeURIComponent(m.name) + '/infer';
    const request = (m, size) => ({ inputs: [{ name: m.inputs[0].name, datatype: 'BYTES', shape: [1],
      parameters: { binary_data_size: size } }] });

    function describe() {
      const m = chosen();
      if (!m) return;
      list('facts', [...m.facts, ['input', m.inputs[0].datatype + ' [' + m.inputs[0].shape.join(', ').replace('-1', 'n') + ']'],
        ['classes', String(m.outputs[0].shape[1])], ['platform', m.platform]]);
      const auth = $('token').value ? " -H \"Authorization: Bearer $TOKEN\"" : '';
      const body = '{"inputs":[{"name":"' + m.inputs[0].name + '","datatype":"BYTES","shape":[1],"data":["\'"$(base64 -w0 image.jpg)"\'"]}],'
        + '"outputs":[{"name":"' + m.outputs[0].name + '","parameters":{"classification":5}}]}';
      $('curl').textContent = "echo '" + body + "' | curl -s" + auth + " -H 'Content-Type: application/json' --data-binary @- "
        + location.origin + path(m);
    }

    async function ask() {
      const m = chosen();
      if (!m || !image) return;
      const mine = ++turn;
      say('Asking…');
      try {
        const bytes = new Uint8Array(await image.arrayBuffer()), size = new DataView(new ArrayBuffer(4));
        size.setUint32(0, bytes.length, true);
        const json = new TextEncoder().encode(JSON.stringify(request(m, bytes.length + 4)));
        const begin = performance.now();
        const reply = await fetch(path(m), { method: 'POST', body: new Blob([json, size.buffer, bytes]),
          headers: headers({ 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': String(json.length) }) });
        const all = Math.round((performance.now() - begin) * 1000), answer = await reply.json();
        if (mine !== turn) return;
        if (!reply.ok) throw new Error(answer.error);
        show(m, answer, all);
        say('');
      } catch (error) { if (mine === turn) { $('answer').hidden = true; say(error.message, true); } }
    }

    function show(m, answer, all) {
      const logits = answer.outputs[0].data, top = Math.max(...logits);
      const powers = logits.map(x => m.probabilities ? x : Math.exp(x - top));
      const sum = m.probabilities ? 1 : powers.reduce((a, b) => a + b, 0);
      const order = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b).slice(0, 5);
      $('bars').replaceChildren();
      for (const i of order) {
        const share = 100 * powers[i] / sum, row = make('div', undefined, $('bars')), line = make('div', undefined, row);
        row.className = 'class';
        make('span', m.class_names[i] ?? 'class ' + i, line);
        make('span', share.toFixed(1) + ' %', line);
        const track = make('div', undefined, row);
        track.className = 'track';
        make('i', undefined, track).style.width = Math.max(0, Math.min(100, share)) + '%';
      }
      const p = answer.parameters;
      list('times', [['in the queue', time(p.queue_us)], ['in the engine', time(p.engine_us)], ['images together', String(p.batch)],
        ['seen from here', time(all)]]);
      $('answer').hidden = false;
    }

    function take(file) {
      if (!file) return;
      if (image) URL.revokeObjectURL($('preview').src);
      image = file;
      $('preview').src = URL.createObjectURL(file);
      $('preview').alt = file.name;
      $('preview').hidden = false;
      $('hint').textContent = file.name;
      ask();
    }

    async function load() {
      try {
        const reply = await fetch('/v2/models', { headers: headers() });
        if (reply.status === 401) {
          for (const e of document.querySelectorAll('.token')) e.hidden = false;
          return say('This server wants a token.');
        }
        models = await reply.json();
        const before = $('model').value;
        $('model').replaceChildren();
        for (const m of models) make('option', m.name, $('model')).value = m.name;
        if (models.some(m => m.name === before)) $('model').value = before;
        say(models.length ? '' : 'The models are not open yet.');
        if (!models.length) setTimeout(load, 500);
        describe();
      } catch (error) { say(error.message, true); }
    }

    $('file').addEventListener('change', e => take(e.target.files[0]));
    $('model').addEventListener('change', () => { describe(); ask(); });
    $('token').addEventListener('change', load);
    for (const name of ['dragover', 'dragenter', 'dragleave', 'drop'])
      $('drop').addEventListener(name, e => {
        e.preventDefault();
        $('drop').classList.toggle('over', name === 'dragover' || name === 'dragenter');
        if (name === 'drop') take(e.dataTransfer.files[0]);
      });
    $('copy').addEventListener('click', async () => {
      try { await navigator.clipboard.writeText($('curl').textContent); $('copy').textContent = 'Copied'; }
      catch { getSelection().selectAllChildren($('curl')); }
    });
    load();
    """#
}
