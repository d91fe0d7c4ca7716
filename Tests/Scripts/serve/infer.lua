-- wrk: binary requests of INPUT [BATCH, SHAPE…] FP32, counted by status.
-- wrk -s infer.lua URL -- MODE INPUT BATCH DIMENSION…
-- MODE 'fast' counts all refusals as bad, and spares wrk the work of showing answers to Lua; 'count' looks at them.
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args)
  if args[1] == 'fast' then response = nil end
  local name, batch, count, shape = args[2], tonumber(args[3]), tonumber(args[3]), args[3]
  for i = 4, #args do count = count * tonumber(args[i]); shape = shape .. ',' .. args[i] end
  local json = string.format('{"inputs":[{"name":"%s","datatype":"FP32","shape":[%s],'
    .. '"parameters":{"binary_data_size":%d}}],"parameters":{"binary_data_output":true}}', name, shape, 4 * count)
  -- 0.5 and -0.25 in turn, so that nothing is all zeros.
  local body = json .. string.rep('\0\0\0\63\0\0\128\190', math.floor(count / 2)) .. string.rep('\0\0\0\63', count % 2)
  wrk.method = 'POST'
  wrk.headers['Content-Type'] = 'application/octet-stream'
  wrk.headers['Inference-Header-Content-Length'] = #json
  prepared = wrk.format('POST', nil, nil, body)
  good, shed, bad, batch_size = 0, 0, 0, batch
end
function request() return prepared end
function response(status)
  if status == 200 then good = good + 1
  elseif status == 429 or status == 503 then shed = shed + 1
  else bad = bad + 1 end
end
function done(summary, latency)
  local good, shed, bad, batch = 0, 0, 0, 1
  for _, t in ipairs(threads) do
    good, shed, bad, batch = good + t:get('good'), shed + t:get('shed'), bad + t:get('bad'), t:get('batch_size')
  end
  if good + shed + bad == 0 then good, bad = summary.requests - summary.errors.status, summary.errors.status end
  io.write(string.format('JSON {"seconds":%.3f,"good":%d,"shed":%d,"bad":%d,"samples_per_second":%.1f,"p50_ms":%.3f,'
    .. '"p99_ms":%.3f,"socket_errors":%d}\n', summary.duration / 1e6, good, shed, bad, good * batch / (summary.duration / 1e6),
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
