"""Times predictions of PyTorch or ONNX Runtime with the parameters of a checkpoint: one line of JSON.

Samples are those of `lockstep benchmark predict`: element i of sample s is (131 s + 37 i) mod 256. A peer is given them
normalized, as its own arrays, and is timed in the fastest of the ways in which it can be asked; the checks, the
normalization and the softmax that Lockstep's time has in it are not in a peer's.
"""

import argparse
import json
import statistics
import time

import h5py
import numpy

from workloads import WORKLOADS

MANY = 1000


def read_parameters(path):
    """Arrays by name, in the order of the layers."""
    with h5py.File(path) as file:
        group = file["parameters"]
        names = [name.decode() if isinstance(name, bytes) else name for name in group.attrs["tensors"]]
        return {name: group[name][...] for name in names}


def samples(count, shape):
    """Normalized as bytes are, [count, *shape] with channels first."""
    features = int(numpy.prod(shape))
    values = (131 * numpy.arange(count)[:, None] + 37 * numpy.arange(features)[None, :]) % 256
    values = (values / 255).astype(numpy.float32).reshape(count, *shape)
    return numpy.ascontiguousarray(values.transpose(0, 3, 1, 2)) if len(shape) == 3 else values


def layers(parameters, planes):
    """(kind, weight, bias) as PyTorch and ONNX have them: [filters, channels, h, w] and [outputs, inputs].

    `planes` is the shape (h, w, c) of what the first linear layer after convolutions reads.
    """
    names = list(dict.fromkeys(name.rpartition("/")[0] for name in parameters))
    flattened = False
    for name in names:
        weight, bias = parameters[f"{name}/weight"], parameters[f"{name}/bias"]
        if weight.ndim == 4:
            yield "convolution", weight.transpose(3, 2, 0, 1), bias
            continue
        if planes and not flattened:
            weight = weight.reshape(*planes, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
            flattened = True
        yield "linear", weight.T, bias


def time_calls(call, seconds):
    """Microseconds of the calls, the median."""
    for _ in range(10):
        call()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 10 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


PLANES = {"lenet5": (5, 5, 16), "small_cnn": (7, 7, 64)}


def torch_ways(workload, parameters, threads):
    """Functions that make a call for an array, by name."""
    import torch

    import torch_networks

    torch.set_num_threads(threads)
    network = torch_networks.make(workload).eval()
    modules = [module for module in network if hasattr(module, "weight")]
    for module, (_, weight, bias) in zip(modules, layers(parameters, PLANES.get(workload.network)), strict=True):
        module.weight.data = torch.from_numpy(numpy.ascontiguousarray(weight))
        module.bias.data = torch.from_numpy(bias)
    torch.set_grad_enabled(False)

    def traced(x):
        frozen = torch.jit.freeze(torch.jit.trace(network, x))
        return torch.jit.optimize_for_inference(frozen)

    def make(prepare):
        def call(array):
            x = torch.from_numpy(array)
            function = prepare(x)

            def run():
                with torch.inference_mode():
                    return function(x).numpy()

            return run

        return call

    return {"eager": make(lambda x: network), "traced": make(traced)}


def onnx_model(workload, parameters):
    """The network as an ONNX graph over [N, ...]."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, tensors, value = [], [], "x"

    def node(kind, inputs, **attributes):
        nonlocal value
        output = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        value = output

    def constant(name, array):
        tensors.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    found = list(layers(parameters, PLANES.get(workload.network)))
    flat = not PLANES.get(workload.network)
    for index, (kind, weight, bias) in enumerate(found):
        inputs = [constant(f"w{index}", weight), constant(f"b{index}", bias)]
        if kind == "convolution":
            pads = [2, 2, 2, 2] if workload.network == "lenet5" and index == 0 else [0, 0, 0, 0]
            pads = [1, 1, 1, 1] if workload.network == "small_cnn" else pads
            node("Conv", [value, *inputs], pads=pads, kernel_shape=list(weight.shape[2:]))
            node("Tanh" if workload.network == "lenet5" else "Relu", [value])
            node(
                "AveragePool" if workload.network == "lenet5" else "MaxPool",
                [value],
                kernel_shape=[2, 2],
                strides=[2, 2],
            )
            continue
        if not flat:
            node("Flatten", [value], axis=1)
            flat = True
        node("Gemm", [value, *inputs], transB=1)
        if index < len(found) - 1:
            node("Tanh" if workload.network == "lenet5" else "Relu", [value])
    height_first = [workload.inputs[-1], *workload.inputs[:-1]] if workload.has_images else list(workload.inputs)
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *height_first])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["N", workload.classes])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def onnx_ways(workload, parameters, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        onnx_model(workload, parameters), options, providers=["CPUExecutionProvider"]
    )
    output = session.get_outputs()[0].name

    def run(array):
        return lambda: session.run([output], {"x": array})[0]

    def bound(array):
        binding = session.io_binding()
        binding.bind_cpu_input("x", array)
        result = numpy.empty((len(array), workload.classes), numpy.float32)
        binding.bind_output(output, "cpu", 0, numpy.float32, result.shape, result.ctypes.data)

        def call():
            session.run_with_iobinding(binding)
            return result

        return call

    return {"run": run, "bound": bound}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", choices=["torch", "onnxruntime"])
    parser.add_argument("workload")
    parser.add_argument("checkpoint")
    parser.add_argument("--threads", type=int, required=True, help="for many samples; one sample is computed on one")
    parser.add_argument("--seconds", type=float, default=1)
    arguments = parser.parse_args()
    workload, parameters = WORKLOADS[arguments.workload], read_parameters(arguments.checkpoint)
    ways = {"torch": torch_ways, "onnxruntime": onnx_ways}[arguments.library]
    one, many = samples(1, workload.inputs), samples(MANY, workload.inputs)
    result = {"library": arguments.library, "workload": arguments.workload}
    for key, array, threads in (("one", one, 1), ("many", many, arguments.threads)):
        made = ways(workload, parameters, threads)
        times = {way: time_calls(make(array), arguments.seconds / len(made)) for way, make in made.items()}
        best = min(times, key=times.get)
        result |= {f"{key}Microseconds": times[best], f"{key}Way": best}
    result["outputs"] = ways(workload, parameters, 1)[next(iter(made))](one)().reshape(-1).tolist()
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
